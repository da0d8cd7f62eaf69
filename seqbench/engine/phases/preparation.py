"""Look at the models and train them: what must be there before anything is exported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Status
from seqbench.engine import plan, state
from seqbench.engine.jobs.inspect import Inspect, InspectArtifact
from seqbench.engine.jobs.prepare import Prepare, Train
from seqbench.engine.lanes import in_lanes
from seqbench.engine.plan import Model
from seqbench.engine.state import Given, Run
from seqbench.engine.workers.handle import MOST
from seqbench.machine.devices import DEVICES
from seqbench.machine.frameworks import missing_framework_reason, preparing_framework
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.targets import TARGETS


def inspect(lanes: Sequence[Run]) -> list[Model]:
    """Load every model once, so that bad input shows before any work is done.

    What cannot be used is left out of the request, and its line is in the run's `bad_input`. The
    first models stay in the memory of the processes that looked at them, for their preparation.

    Raises:
        InputError: no model can be used.

    """
    run, looks = lanes[0], list[_Look]()
    sources = run.request.sources
    looks += [_Look(sources=(source,), process=source.name) for source in sources[:MOST]]
    looks += [_Look(sources=sources[MOST:], process=None)] if sources[MOST:] else []
    in_lanes(lanes, {look.sources[0].name: (look.take,) for look in looks})
    run.bad_input += [refusal for look in looks for refusal in look.refusals]
    used = tuple(source for look in looks for source in look.used)
    if not used:
        raise InputError("\n".join(run.bad_input))
    for lane in lanes:
        lane.request = replace(run.request, sources=used)
    return [model for look in looks for model in look.models]


@dataclass(slots=True, kw_only=True)
class _Look:
    """A look at some models by one process.

    Attributes:
        sources: where they come from.
        process: the name of the process; None where it ends with the look.
        used: those that can be used.
        models: what a plan needs to know of these.
        refusals: what is wrong with the others, a line each.

    """

    sources: tuple[Origin, ...]
    process: str | None
    used: list[Origin] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def take(self, run: Run) -> None:
        """Look at all of them."""
        left = self.sources
        while left:
            outcome = run.run_job(Inspect(sources=left, process=self.process))
            refusal = outcome.refusal([source.spec for source in left])
            count = len(outcome.results)
            self.models += outcome.results
            self.used += left[:count]
            if refusal is not None:
                self.refusals.append(refusal)
            left = left[count + 1 :]


def inspect_given(run: Run, given: Given) -> None:
    """Look into an artifact that somebody else made, before any runtime loads it.

    Raises:
        InputError: it could run code or reach files beside it and may not, is nothing that can be
            judged as of its variant, or cannot even be looked into.

    """
    (source,) = run.request.sources
    needs = TARGETS[given.target].check_needs
    if needs and missing_framework_reason(needs):  # then nothing here loads it either
        return
    job = InspectArtifact(
        needs=needs,
        artifact=given.artifact,
        target=given.target,
        variant=given.variant,
        allow_code=source.allow_code,
    )
    refusal = run.run_job(job).refusal([str(given.artifact)])
    if refusal is not None:
        raise InputError(refusal)


def prepare(run: Run, source: Origin) -> None:
    """Build, train and work out the reference; train cells on further devices get a job each."""
    mine = [cell for cell in run.cells(source.name) if cell.device in DEVICES]
    trains = [cell for cell in mine if cell.kind is Kind.TRAIN and run.store.find(cell.key) is None]
    if mine and snapshot.find(run.store.model(source.name)) is None:
        # Exports are made by TensorFlow; the first training there gives them their weights.
        exports = any(cell.target for cell in mine)
        needs = preparing_framework() if exports or not trains else plan.needed_framework(trains[0])
        first = tuple(cell for cell in trains if plan.needed_framework(cell) == needs)[:1]
        device = first[0].device if first else "cpu"
        process = source.name
        job = Prepare(cells=first, needs=needs, device=device, source=source, process=process)
        problem = state.execute(run, job)
        if problem is not None:
            if problem in run.bad_input:
                run.refused.add(source.name)
            state.close(run, run.cells(source.name), Status.ERROR, f"not prepared: {problem}")
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
            if 0 < state.processes_of(run.store.find(cell.key)) < process
        ]
        if source.name in models:
            _train(run, source, cells)


def _train(run: Run, source: Origin, cells: Iterable[Cell]) -> None:
    for cell in cells:
        needs = plan.needed_framework(cell)
        state.execute(run, Train(cells=(cell,), needs=needs, device=cell.device, source=source))
