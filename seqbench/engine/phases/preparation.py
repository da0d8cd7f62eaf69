"""Look at the models and train them: what must be there before anything is exported."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Status
from seqbench.engine import plan, state
from seqbench.engine.jobs.inspect import Inspect, InspectArtifact
from seqbench.engine.jobs.prepare import Prepare, Train
from seqbench.engine.plan import Model
from seqbench.engine.state import Given, Run
from seqbench.machine.devices import DEVICES
from seqbench.machine.frameworks import missing_framework_reason, preparing_framework
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.targets import TARGETS


def inspect(run: Run) -> list[Model]:
    """Load every model once, so that bad input shows before any work is done.

    What cannot be used is left out of the request, and its line is in `run.bad_input`.

    Raises:
        InputError: no model can be used.

    """
    models: list[Model] = []
    used: list[Origin] = []
    left = run.request.sources
    while left:
        outcome = run.run_job(Inspect(sources=left))
        refusal = outcome.refusal([source.spec for source in left])
        count = len(outcome.results)
        models += outcome.results
        used += left[:count]
        if refusal is not None:
            run.bad_input.append(refusal)
        left = left[count + 1 :]
    if not used:
        raise InputError("\n".join(run.bad_input))
    run.request = replace(run.request, sources=tuple(used))
    return models


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
        job = Prepare(cells=first, needs=needs, device=device, source=source)
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
