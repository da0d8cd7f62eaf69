"""What did not pass, and why: failures with the command that repeats them, and what is missing."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from seqbench.core.record import PLAIN, Cell, Kind, Record, Status

BROKEN = (Status.FAIL, Status.ERROR, Status.UNSUPPORTED)
"""What stands on top of a report, in this order."""

NO_REASON = "no reason was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """What the commands that repeat cells take over from the run, beside the cells.

    Attributes:
        specs: what to call a model by, where that is not its name.
        backends: the back end of Keras that a runtime is, as `--backend` names it, by runtime.
        artifacts: the file or folder that was judged, by the cell's key, where the run has not
            made what it judged.
        allow_code: whether code inside a model's file was executed.
        data: the data that was given; None where each model has its own.
        metrics: the metrics that were given.
        full: whether each cell was timed as with `--full`.
        processes: in how many processes; None for as many as are usual.

    """

    specs: Mapping[str, str] = field(default_factory=dict)
    backends: Mapping[str, str] = field(default_factory=dict)
    artifacts: Mapping[str, str] = field(default_factory=dict)
    allow_code: bool = False
    data: str | None = None
    metrics: tuple[str, ...] = ()
    full: bool = False
    processes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Cells of one model that did not pass for one reason, although what they need is here.

    Attributes:
        model: the model's name.
        status: how they ended.
        reason: why, one or a few lines.
        cells: the cells, in the order in which they ran.
        commands: shell commands that repeat them.

    """

    model: str
    status: Status
    reason: str
    cells: tuple[Cell, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What is not available on this machine: devices or runtimes, why, and how many cells."""

    names: tuple[str, ...]
    reason: str
    cells: int


def failures(records: Sequence[Record], repeat: Repeat | None = None) -> tuple[Failure, ...]:
    """Return the broken cells, wrong numbers first, those with one reason together."""
    alike: dict[tuple[str, Status, str], list[Cell]] = {}
    for record in sorted(records, key=lambda record: _rank(record.status)):
        if record.status in BROKEN:
            why = (record.cell.model, record.status, record.reason or NO_REASON)
            alike.setdefault(why, []).append(record.cell)
    return tuple(
        Failure(
            model=model,
            status=status,
            reason=reason,
            cells=tuple(cells),
            commands=_commands(cells, repeat or Repeat()),
        )
        for (model, status, reason), cells in alike.items()
    )


def _commands(cells: Sequence[Cell], repeat: Repeat) -> tuple[str, ...]:
    """Return the commands that repeat cells; those that differ in their batch share one."""
    alike: dict[Cell, list[Cell]] = {}
    for cell in cells:
        alike.setdefault(replace(cell, batch_size=None), []).append(cell)
    return tuple(command(group, repeat) for group in alike.values())


def command(cells: Sequence[Cell], repeat: Repeat) -> str:
    """Return the shell command that repeats cells, which differ at most in their batch."""
    cell = cells[0]
    spec = repeat.specs.get(cell.model, cell.model)
    artifact = repeat.artifacts.get(cell.key)
    if artifact is not None:
        words = ["verify", artifact, spec, *_option("--runtime", cell.runtime)]
        words += _option("--variant", cell.variant if cell.variant != PLAIN else None)
    else:
        words = ["run", spec, "--only", str(cell.kind), *_where(cell, repeat)]
        if cell.kind in (Kind.INFER, Kind.COMPILE):
            sizes = dict.fromkeys(str(one.batch_size) for one in cells if one.batch_size)
            words += _option("--batch", ",".join(sizes))
            words += _option("--threads", cell.threads)
        if cell.kind in (Kind.INFER, Kind.TRAIN):
            words += ["--full"] if repeat.full else []
            words += _option("--processes", repeat.processes)
        words += ["--device", cell.device]
    return _joined(words, repeat)


def command_to_decide(cell: Cell, repeat: Repeat, kinds: Sequence[Kind]) -> str:
    """Return the command that exports, judges or times one artifact, as far as `kinds` say."""
    words = ["run", repeat.specs.get(cell.model, cell.model), "--only", ",".join(kinds)]
    words += _where(replace(cell, kind=Kind.INFER), repeat)
    words += _option("--batch", cell.batch_size)
    return _joined(words, repeat)


def _joined(words: Sequence[str], repeat: Repeat) -> str:
    """Return a command with what it takes over from the run."""
    own = _option("--data", repeat.data) + _option("--metrics", ",".join(repeat.metrics))
    return shlex.join(["seqbench", *words, *own, *(["--allow-code"] if repeat.allow_code else [])])


def _where(cell: Cell, repeat: Repeat) -> list[str]:
    """Return the options that say of which artifact, and in which runtime, a cell is."""
    words = _option("--target", cell.target)
    if cell.kind in (Kind.INFER, Kind.VERIFY):
        words += _option("--runtime", cell.runtime)
    # Models are trained on back ends, not in runtimes, and only as one of them is Keras held.
    if cell.kind is Kind.TRAIN or (cell.kind is Kind.VERIFY and cell.target is None):
        words += _option("--backend", repeat.backends.get(cell.runtime or ""))
    return words + _option("--variant", cell.variant if cell.variant != PLAIN else None)


def _option(name: str, value: object) -> list[str]:
    return [name, str(value)] if value else []


def doing(cell: Cell) -> str:
    """Return what a cell does, in words: `verify tflite in litert on cpu, batch 32`."""
    words = [str(cell.kind), *([cell.target] if cell.target else [])]
    words += ["in", cell.runtime] if cell.runtime else []
    words += ["on", cell.device]
    apart = [cell.variant] if cell.variant != PLAIN else []
    apart += [f"batch {cell.batch_size}"] if cell.batch_size is not None else []
    apart += [f"{cell.threads} threads"] if cell.threads is not None else []
    return ", ".join([" ".join(words), *apart])


def missing(records: Sequence[Record]) -> tuple[Missing, ...]:
    """Return what is unavailable, one row for each reason."""
    by_reason: dict[str, list[Cell]] = {}
    for record in records:
        if record.status == Status.UNAVAILABLE:
            by_reason.setdefault(record.reason or NO_REASON, []).append(record.cell)
    return tuple(
        Missing(names=tuple(dict.fromkeys(map(_lacking, cells))), reason=reason, cells=len(cells))
        for reason, cells in by_reason.items()
    )


def never_ran(records: Sequence[Record], planned: Sequence[Cell]) -> list[Record]:
    """Return an error for each planned cell that has no record: none is silently absent."""
    there = {record.cell.key for record in records}
    reason = "never ran: the run ended before this cell"
    return [
        Record(cell=cell, status=Status.ERROR, reason=reason)
        for cell in planned
        if cell.key not in there
    ]


def _rank(status: Status) -> int:
    return BROKEN.index(status) if status in BROKEN else len(BROKEN)


def _lacking(cell: Cell) -> str:
    """What is likely to be missing: a device other than the CPU, else the runtime or the target."""
    return cell.device if cell.device != "cpu" else cell.runtime or cell.target or cell.kind
