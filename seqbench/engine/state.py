"""A run under way: what was asked for, what is left to do, and the records that are kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Never

from seqbench.core.files import size_bytes
from seqbench.core.limits import Limits
from seqbench.core.record import PLAIN, Cell, Kind, Record, Status
from seqbench.core.store import Store
from seqbench.engine.plan import Selection
from seqbench.engine.workers.messages import Job, Message, Result
from seqbench.engine.workers.pool import Outcome, Workers
from seqbench.machine import host, memory
from seqbench.machine.devices import DEVICES
from seqbench.measurement.loop import Budget
from seqbench.measurement.roofline import Peak
from seqbench.models.snapshot import Origin
from seqbench.runtimes import Runtime, tfjs


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An artifact that is judged in place of what the run exports, whoever made it.

    Attributes:
        artifact: the file or folder.
        target: its format's name.
        model: the name of the model that it is judged against.
        variant: the arithmetic as of which it is judged.
        label: its name in the manifest beside it; None where none lists it.
        problem: why it fails without being run: it is not what the manifest lists.

    """

    artifact: Path
    target: str
    model: str
    variant: str = PLAIN
    label: str | None = None
    problem: str | None = None

    @property
    def home(self) -> Path:
        """The folder of its manifest, if it has one."""
        return self.artifact.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user asks for.

    Attributes:
        sources: the models, and whether code inside their files may be executed.
        selection: what to do with them.
        budget: how long to time each cell.
        timeout_s: longest time for which a job may give no sign; None for the usual one.
        given: the artifacts to judge; none where the models are exported.
        memory_bytes: how much memory work may take at most; None for what the machine has.
        limits: what the artifacts of every model have to keep, in place of its scenario's.
        usual_limits: what those of a model have to keep whose scenario has none.

    """

    sources: tuple[Origin, ...]
    selection: Selection
    budget: Budget
    timeout_s: float | None = None
    given: tuple[Given, ...] = ()
    memory_bytes: int | None = None
    limits: Limits = ()
    usual_limits: Limits = ()

    @property
    def usable_memory_bytes(self) -> int:
        """How much memory work may take."""
        total = memory.total_bytes()
        return total if self.memory_bytes is None else min(total, self.memory_bytes)

    def find_given(self, model: str, target: str | None, variant: str) -> Given | None:
        """Return the given artifact of a model, target and variant; None where there is none."""
        wanted = (model, target, variant)
        found = (it for it in self.given if (it.model, it.target, it.variant) == wanted)
        return next(found, None)


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
        refused: the planned models that turned out not to be usable.
        weight_bytes: the size of each model's weights, by its name, once it was looked at.
        peak: what the machine does at most; None where it was not measured.
        budgets: the text of each model's budget; of those that have one.

    """

    store: Store
    workers: Workers
    request: Request
    observer: Observer
    left: dict[str, Cell] = field(default_factory=dict)
    blocked: dict[tuple[str, str, str], tuple[Status, str]] = field(default_factory=dict)
    bad_input: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    weight_bytes: dict[str, int] = field(default_factory=dict)
    peak: Peak | None = None
    budgets: dict[str, str] = field(default_factory=dict)

    def run_job(self, job: Job[Result]) -> Outcome[Result]:
        """Run one job to its end, whatever the end is.

        Raises:
            StorageError: the run's folder takes no more, or went away meanwhile.

        """
        self.store.check_there()
        outcome = self.workers.run(job)
        self.store.check_there()
        return outcome

    def browser(self, runtime: Runtime, device: str) -> Path | None:
        """Return where jobs find the run's browser, for a runtime that runs models in one.

        It is started if need be; None for other runtimes. Nothing is timed in it.
        """
        return self.workers.browser(tfjs.FLAGS[device]) if runtime.own_process else None

    def cells(self, model: str | None = None) -> list[Cell]:
        """Return the cells that are left, of one model or of all; others may finish meanwhile."""
        return [cell for cell in list(self.left.values()) if model in (None, cell.model)]


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
        outcome = run.run_job(job)
        keep(run, outcome.done)
        if outcome.bad_input is not None:
            run.bad_input.append(outcome.bad_input)
            run.refused |= {cell.model for cell in job.cells}
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
                machine=host.record_facts((), 0),
            )
        )
        keep(run, [cell.key])


def complete_record(run: Run, record: Record) -> Record:
    """Write into the record of an artifact its model's budget, and a given artifact's size."""
    cell = record.cell
    if cell.target is None:
        return record
    details = {name: value for name, value in record.details.items() if name != "budget"}
    budget = run.budgets.get(cell.model)
    details |= {"budget": budget} if budget else {}
    given = run.request.find_given(cell.model, cell.target, cell.variant)
    size = size_bytes(given.artifact) if given and given.artifact.exists() else record.size_bytes
    changed = replace(record, details=details, size_bytes=size)
    if changed != record:
        run.store.save(changed)
    return changed
