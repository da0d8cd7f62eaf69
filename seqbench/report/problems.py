"""What did not pass, and why: failures with the command that repeats them, and what is missing."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from seqbench.record import PLAIN, Cell, Record, Status

BROKEN = (Status.FAIL, Status.ERROR, Status.UNSUPPORTED)
"""What stands on top of a report, in this order."""

NO_REASON = "no reason was recorded"


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


def failures(
    records: Sequence[Record], specs: Mapping[str, str] = MappingProxyType({})
) -> tuple[Failure, ...]:
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
            commands=tuple(dict.fromkeys(command(cell, specs.get(model, model)) for cell in cells)),
        )
        for (model, status, reason), cells in alike.items()
    )


def command(cell: Cell, spec: str) -> str:
    """Return the shell command that repeats a cell of the model that `spec` names."""
    words = ["seqbench", "run", spec, "--only", str(cell.kind)]
    for option, value in (("--target", cell.target), ("--runtime", cell.runtime)):
        words += [option, value] if value else []
    words += ["--variant", cell.variant] if cell.variant != PLAIN else []
    return shlex.join([*words, "--device", cell.device])


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
