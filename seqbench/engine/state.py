"""The steps of a run: each starts a process for a piece of work and keeps its records."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Never

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store
from seqbench.engine import plan
from seqbench.engine.jobs.export import Export
from seqbench.engine.jobs.inspect import Inspect, InspectArtifact
from seqbench.engine.jobs.prepare import Prepare, Train
from seqbench.engine.plan import Model, Selection
from seqbench.engine.workers.messages import Job, Message, Result
from seqbench.engine.workers.pool import Outcome, Workers
from seqbench.machine import host
from seqbench.machine.devices import DEVICES
from seqbench.machine.frameworks import home, missing
from seqbench.measurement.loop import Budget
from seqbench.measurement.roofline import Peak
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user asks for.

    Attributes:
        sources: the models, and whether code inside their files may be executed.
        selection: what to do with them.
        budget: how long to time each cell.
        timeout_s: longest time for which a job may give no sign; None for the usual one.

    """

    sources: tuple[Origin, ...]
    selection: Selection
    budget: Budget
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Is told how a run goes on.

    Attributes:
        planned: the cells that are left to do, before the first of them.
        message: every message of a worker.
        record: every record that is kept.

    """

    planned: Callable[[Sequence[Cell]], None] = lambda _: None
    message: Callable[[Message], None] = lambda _: None
    record: Callable[[Record], None] = lambda _: None


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way.

    Attributes:
        store: where it keeps everything.
        workers: its processes.
        request: what was asked for.
        observer: who is told.
        left: cells without a record, by key, in the plan's order.
        blocked: why a model, or a target of it in a variant, cannot be used, with the status that
            follows.
        bad_input: what was wrong with the user's input, a line each.
        peak: what the machine does at most; None where it was not measured.

    """

    store: Store
    workers: Workers
    request: Request
    observer: Observer
    left: dict[str, Cell] = field(default_factory=dict)
    blocked: dict[tuple[str, str, str], tuple[Status, str]] = field(default_factory=dict)
    bad_input: list[str] = field(default_factory=list)
    peak: Peak | None = None

    def do(self, job: Job[Result]) -> Outcome[Result]:
        """Run one job to its end, whatever the end is.

        Raises:
            StorageError: the run's folder takes no more, or went away meanwhile.

        """
        self.store.check_there()
        outcome = self.workers.run(job)
        self.store.check_there()
        return outcome

    def cells(self, model: str | None = None) -> list[Cell]:
        """Return the cells that are left, of one model or of all; others may finish meanwhile."""
        return [cell for cell in list(self.left.values()) if model in (None, cell.model)]


def inspect(run: Run) -> list[Model]:
    """Load every model once, so that bad input shows before any work is done.

    Raises:
        InputError: a model cannot be used.

    """
    outcome = run.do(Inspect(sources=run.request.sources))
    refusal = outcome.refusal([source.spec for source in run.request.sources])
    if refusal is not None:
        raise InputError(refusal)
    return list(outcome.results)


def inspect_artifact(run: Run, artifact: Path, target: Target) -> None:
    """Look into an artifact that somebody else made, before any runtime loads it.

    Raises:
        InputError: it could run code or reach files beside it, or cannot even be looked into.

    """
    needs = target.check_needs
    if needs and missing(needs):  # then nothing here loads it either
        return
    outcome = run.workers.run(InspectArtifact(needs=needs, artifact=artifact, target=target.name))
    refusal = outcome.refusal([str(artifact)])
    if refusal is not None:
        raise InputError(refusal)


def prepare(run: Run, source: Origin) -> None:
    """Build, train and work out the reference; train cells on further devices get a job each."""
    mine = [cell for cell in run.cells(source.name) if cell.device in DEVICES]
    trains = [cell for cell in mine if cell.kind is Kind.TRAIN and run.store.find(cell.key) is None]
    if mine and snapshot.find(run.store.model(source.name)) is None:
        # Exports are made by TensorFlow; the first training there gives them their weights.
        exports = any(cell.target for cell in mine)
        needs = home() if exports or not trains else plan.framework(trains[0])
        first = tuple(cell for cell in trains if plan.framework(cell) == needs)[:1]
        device = first[0].device if first else "cpu"
        job = Prepare(cells=first, needs=needs, device=device, source=source)
        problem = execute(run, job)
        if problem is not None:
            close(run, run.cells(source.name), Status.ERROR, f"not prepared: {problem}")
            return
        trains = [cell for cell in trains if cell not in first]
    _train(run, source, trains)


def train_again(run: Run, models: Sequence[str], process: int) -> None:
    """Train anew, for the timings, where cells have samples of fewer processes than `process`."""
    for source in run.request.sources:
        cells = [
            cell
            for cell in run.cells(source.name)
            if cell.kind is Kind.TRAIN and cell.device in DEVICES
            if 0 < processes_of(run.store.find(cell.key)) < process
        ]
        if source.name in models:
            _train(run, source, cells)


def _train(run: Run, source: Origin, cells: Iterable[Cell]) -> None:
    for cell in cells:
        needs = plan.framework(cell)
        execute(run, Train(cells=(cell,), needs=needs, device=cell.device, source=source))


def export(run: Run, model: str) -> None:
    """Export to each target, in each variant, that a cell needs."""
    mine = [cell for cell in run.cells(model) if cell.target]
    targets = {cell.target for cell in mine}
    needed = {(cell.target, cell.variant) for cell in mine}
    wanted = [
        (target, variant)
        for target in run.request.selection.targets
        if target in targets
        for variant in run.request.selection.of(target)
        if (target, variant) in needed
    ]
    cells = tuple(cell for cell in mine if cell.kind is Kind.EXPORT)
    while wanted:
        job = Export(cells=cells, model=model, artifacts=run.store.artifacts, wanted=tuple(wanted))
        outcome = run.do(job)
        keep(run, outcome.done)
        for result in outcome.results:
            made = (result.target, result.variant)
            wanted.remove(made)
            if result.status is not Status.PASS:
                run.blocked[model, *made] = (result.status, f"not exported: {result.reason}")
        if outcome.problem is None:
            return
        # It died: on the artifact whose cell was running, else on the first without a result.
        running = run.left.get(outcome.running or "")
        lost = (running.target or "", running.variant) if running else wanted[0]
        run.blocked[model, *lost] = (Status.ERROR, f"not exported: {outcome.problem}")
        close(run, [running] if running else [], Status.ERROR, outcome.problem)
        wanted.remove(lost)
        cells = tuple(cell for cell in cells if cell.key in run.left)


def unfinished(run: Run, cell: Cell) -> bool:
    """Whether a cell has no record yet, or too few processes have timed it."""
    record = run.store.find(cell.key)
    if record is None:
        return True
    repeats = cell.kind in (Kind.TRAIN, Kind.INFER) and cell.device in DEVICES
    few = processes_of(record) < run.request.budget.processes
    return repeats and few and record.status is Status.PASS


def processes_of(record: Record | None) -> int:
    """Return how many fresh processes a record has samples of."""
    return len(record.samples_per_process) if record else 0


def execute(run: Run, job: Job[Never]) -> str | None:
    """Run a job until each of its cells has a record; return why it did not end well."""
    while True:
        outcome = run.do(job)
        keep(run, outcome.done)
        if outcome.bad_input is not None:
            run.bad_input.append(outcome.bad_input)
        problem = outcome.bad_input or outcome.problem
        if problem is None:
            return None
        job = job.without(set(outcome.done))
        running = run.left.get(outcome.running or "")
        if running is None:
            close(run, job.cells, Status.ERROR, problem)
            return problem
        close(run, [running], Status.ERROR, problem)
        job = job.without({running.key})
        if not job.cells:
            return problem


def keep(run: Run, done: Iterable[str]) -> None:
    """Take note of records that a worker has written."""
    for key in done:
        record = run.store.find(key)
        if record is not None and not unfinished(run, record.cell):
            run.left.pop(key, None)
            run.observer.record(record)


def close(run: Run, cells: Iterable[Cell], status: Status, reason: str) -> None:
    """Write the record of cells that no worker will write."""
    for cell in list(cells):
        run.store.save(
            Record(
                cell=cell,
                status=status,
                reason=reason,
                started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                machine=host.facts((), 0),
            )
        )
        keep(run, [cell.key])
