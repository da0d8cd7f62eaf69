"""`seqbench ab`: both sides in one job, process by process, block by block, in random order."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from seqbench.comparison import aspects
from seqbench.comparison.ab import process_pair, sides
from seqbench.comparison.ab.child import Work
from seqbench.comparison.ab.process_pair import Launch, SideError
from seqbench.comparison.ab.sides import WORKING_TREE, Side
from seqbench.comparison.aspects import Aspect
from seqbench.comparison.runs import Compared, Comparison, check_effect
from seqbench.comparison.stopping_rule import Settled, settle
from seqbench.comparison.verdicts import FALSE_ALARMS, MIN_EFFECT, Verdict, alpha_of_cell
from seqbench.core import units
from seqbench.core.errors import InputError
from seqbench.core.files import size_bytes, temporary_folder
from seqbench.core.names import check_counts, known
from seqbench.core.record import Cell, Kind, Status
from seqbench.core.store import Store
from seqbench.machine import host
from seqbench.machine.devices import DEVICES, environment
from seqbench.models.data.source import resolve_data
from seqbench.models.snapshot import REFERENCE
from seqbench.models.source import Source, resolve_all
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from seqbench.targets.recognition import artifact_path
from seqbench.verdict import reference

SECONDS = 20.0
"""Time for each cell, unless told otherwise."""

DISTINCT_INPUTS = 4
"""Batches in turn, so that nothing can answer from a cache."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is timed on both sides.

    Attributes:
        runtimes: names of runtimes.
        batch_sizes: rows per call.
        threads: how many a runtime is given. One by default: then both sides do all of their work
            on the same CPU in turn. Further threads of theirs run where other programs may.
        device: where it runs.
        min_effect: the smallest change that matters.
        seconds: time for each cell.

    """

    runtimes: tuple[str, ...]
    batch_sizes: tuple[int, ...]
    threads: tuple[int, ...] = (1,)
    device: str = "cpu"
    min_effect: float = MIN_EFFECT
    seconds: float = SECONDS


def ab(
    models: Sequence[str],
    plan: Plan,
    *,
    base: str,
    head: str = WORKING_TREE,
    data: str | None = None,
    allow_code: bool = False,
    say: Say = lambda _: None,
) -> Comparison:
    """Compare two sides of the same models, interleaved; `sides` says what each may be.

    The same side twice is the test of the method on this machine: it is prepared once, and
    whatever is not `same` or `inconclusive` is a false alarm.

    Args:
        models: scenario names or paths.
        plan: what is timed.
        base: the side before.
        head: the side after.
        data: examples that both sides are timed on; None for each scenario's own, if any.
        allow_code: whether code inside a model's file may be executed.
        say: is told how it goes on.

    Raises:
        InputError: a side, a model or a name is unknown, or a side cannot be prepared.

    """
    _check(plan)
    sources = resolve_all(models)
    words = [] if data is None else ["--data", resolve_data(data).place]
    words += ["--allow-code"] if allow_code else []
    targets = _targets(plan)
    with ExitStack() as stack:
        found = [sides.resolve("--base", base)]
        found += [found[0] if head == base else sides.resolve("--head", head)]
        runs: list[Store] = []
        for option, side in zip(("--base", "--head"), found, strict=True):
            if runs and side is found[0]:
                runs.append(runs[0])
                continue
            say(f"{option} {side.spec} is {side.kind}: preparing {len(sources)} models")
            context = sides.prepare_side(option, side, sources, targets, words)
            runs.append(Store(stack.enter_context(context)))
        inputs = stack.enter_context(temporary_folder())
        cells = tuple(_cells(sources, plan, found, runs, inputs, say))
    return Comparison(
        base=found[0].spec,
        head=found[1].spec,
        cells=cells,
        min_effect=plan.min_effect,
        false_alarms=FALSE_ALARMS,
        notes=(),
    )


def default_runtimes() -> tuple[str, ...]:
    """Return the runtimes that are timed unless told otherwise: no browser, whose start is long."""
    return tuple(
        name for name, found in RUNTIMES.items() if found.default and not found.own_process
    )


def _check(plan: Plan) -> None:
    check_effect(plan.min_effect)
    if not plan.seconds > 0:
        raise InputError(f"--seconds {plan.seconds:g}: expected more than 0")
    known("runtime", plan.runtimes, RUNTIMES)
    known("device", plan.device, DEVICES)
    check_counts("batch", plan.batch_sizes)
    check_counts("threads", plan.threads)


def _targets(plan: Plan) -> list[str]:
    """Return what to export; a model that runs in Keras alone is prepared beside any export."""
    wanted = {RUNTIMES[name].target for name in plan.runtimes}
    return [name for name in TARGETS if name in wanted] or ["saved_model"]


def _cells(
    sources: Sequence[Source],
    plan: Plan,
    found: Sequence[Side],
    runs: Sequence[Store],
    inputs: Path,
    say: Say,
) -> Iterator[Compared]:
    todo = [
        Cell(
            model=source.name,
            kind=Kind.INFER,
            target=RUNTIMES[runtime].target,
            runtime=runtime,
            device=plan.device,
            batch_size=size,
            threads=threads,
        )
        for source in sources
        for runtime in plan.runtimes
        for size in plan.batch_sizes
        # A program of its own chooses its threads itself.
        for threads in ((None,) if RUNTIMES[runtime].own_process else plan.threads)
    ]
    for number, cell in enumerate(todo, start=1):
        say(f"{number} of {len(todo)}: {cell.key}, up to {plan.seconds:g} s")
        yield Compared(
            cell=cell,
            aspects=tuple(
                _compared(cell, plan, found, runs, inputs, alpha_of_cell(1.0, len(todo)))
            ),
        )


def _compared(
    cell: Cell,
    plan: Plan,
    found: Sequence[Side],
    runs: Sequence[Store],
    inputs: Path,
    part: float,
) -> Iterator[Aspect]:
    artifacts = [artifact_path(run, cell) for run in runs]
    gone = [
        None if path.exists() else _why_missing(run, cell)
        for path, run in zip(artifacts, runs, strict=True)
    ]
    if any(gone):
        yield _broken(gone)
        return
    work = _inputs(runs, cell, inputs)
    launches = [
        _launch(side, cell, artifact, work) for side, artifact in zip(found, artifacts, strict=True)
    ]
    measure = partial(process_pair.measure, launches, np.random.default_rng())
    try:
        settled = settle(
            measure,
            alpha=FALSE_ALARMS * part,
            min_effect=plan.min_effect,
            seconds=plan.seconds,
        )
    except SideError as error:
        yield _broken([str(error) if side == error.side else None for side in (0, 1)])
        return
    yield _time(settled, plan)
    if cell.target is not None:
        sizes = [size_bytes(path) for path in artifacts]
        yield aspects.size(sizes[0], sizes[1], plan.min_effect)


def _launch(side: Side, cell: Cell, artifact: Path, inputs: Path) -> Launch:
    runtime = RUNTIMES[cell.runtime or ""]
    return Launch(
        command=(side.python, "-P", "-m", "seqbench.comparison.ab.child"),
        environment={
            **side.environment,
            **environment(cell.device, runtime.needs),
            "TMPDIR": str(inputs.parent),  # it goes with the inputs, also when a process is killed
        },
        work=Work(
            runtime=runtime.name,
            artifact=artifact,
            inputs=inputs,
            device=cell.device,
            threads=cell.threads or host.available_threads(),
            block_s=process_pair.BLOCK_S,
        ),
    )


def _time(settled: Settled, plan: Plan) -> Aspect:
    blocks = (
        [block for pair in settled.pairs for block in pair.base],
        [block for pair in settled.pairs for block in pair.head],
    )
    values = [units.seconds(float(np.median(side))) for side in blocks]
    reason = None
    if settled.verdict is Verdict.INCONCLUSIVE:
        count = len(settled.pairs)
        reason = (
            f"{count} pairs of processes in {settled.elapsed_s:.0f} s do not settle it: give it "
            f"more time, as --seconds {3 * plan.seconds:g}"
        )
    return Aspect(
        name="time",
        verdict=settled.verdict,
        base=values[0],
        head=values[1],
        ratio=settled.ratio,
        reason=reason,
    )


def _why_missing(run: Store, cell: Cell) -> str:
    try:
        export = run.find(Cell(model=cell.model, kind=Kind.EXPORT, target=cell.target).key)
    except (OSError, ValueError):
        export = None
    if export is not None:
        return export.reason or export.status
    return f"there is no {artifact_path(run, cell).relative_to(run.root)} in it"


def _broken(reasons: Sequence[str | None]) -> Aspect:
    """Return what is said where a side could not run: it is worse only if the base could."""
    base, head = (Status.ERROR if reason else None for reason in reasons)
    sides_ = zip(("base", "head"), reasons, strict=True)
    verdict = Verdict.WORSE if head and not base else Verdict.INCONCLUSIVE
    reason = "; ".join(f"the {name}: {reason}" for name, reason in sides_ if reason)
    return aspects.of_status(verdict, base, head, reason)


def _inputs(runs: Sequence[Store], cell: Cell, folder: Path) -> Path:
    """Write the batches that both sides are given: of the head's real inputs, if it has any.

    Raises:
        InputError: neither side's run has the model's inputs.

    """
    path = folder / f"{cell.model}.{cell.batch_size}.npy"
    there = [run.model(cell.model) / REFERENCE for run in reversed(runs)]
    for file in there:
        if file.exists():
            rows = cell.batch_size or 1
            real = reference.load(file)[0].x
            source = np.resize(real, (DISTINCT_INPUTS, rows, *real.shape[1:]))
            np.save(path, source, allow_pickle=False)
            return path
    raise InputError(
        f"{there[0]} is not there: the run has no inputs of {cell.model}; run it again"
    )
