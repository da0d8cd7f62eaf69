"""A run: plan, prepare, export, run, judge. Nothing else knows the order of the phases."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, partial

from seqbench.core.errors import InputError, PartialInputError
from seqbench.core.files import remove
from seqbench.core.limits import MEASURES, parse_limits, write_limits
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store
from seqbench.engine import memory, plan, plan_file, state
from seqbench.engine.jobs.peak import MeasurePeak
from seqbench.engine.lanes import Follower, in_lanes
from seqbench.engine.phases import (
    artifacts,
    diagnosis,
    exports,
    other_devices,
    preparation,
    verdicts,
)
from seqbench.engine.state import Given, Observer, Request, Run
from seqbench.engine.workers import fork_servers, pool
from seqbench.engine.workers.handle import WaitingWorkers
from seqbench.engine.workers.messages import Message
from seqbench.engine.workers.pool import Workers
from seqbench.machine import host
from seqbench.machine.frameworks import (
    FRAMEWORKS,
    Needs,
    missing_exporter_reason,
    preparing_framework,
)
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS

NOTHING = (
    "nothing to do: the kinds, targets, runtimes, back ends and devices that were asked for have "
    "no cell in common"
)


def run(request: Request, store: Store, observer: Observer) -> list[Record]:
    """Do what is asked for, as far as the store has no record of it yet; return its records.

    Raises:
        PartialInputError: a model cannot be used; with the others everything was done.
        InputError: the folder holds other things or is in use, no model can be used, or a given
            artifact is refused.

    """
    _refuse_other_runtimes(request)
    request, too_large = _without_too_large(request)
    names = [source.name for source in request.sources]
    with _stored(store), ExitStack() as stack:
        stack.enter_context(store.hold(names, plan_file.facts()))
        if store.delivers:
            exports.refuse_foreign(request, store)
        remove(pool.temporary(store.root))  # what a killed run left
        store.remove_unfinished(names)
        *lanes, browsing = _lanes(request, store, observer, stack)
        run = lanes[0]
        run.bad_input += too_large
        cells = _plan(lanes)
        for lane in (*lanes, browsing):
            lane.request = run.request  # without what cannot be used
        run.left |= {cell.key: cell for cell in cells if state.unfinished(run, cell)}
        plan_file.write(run, cells)
        observer.planned(run.cells())
        _fail_what_is_not_as_listed(run)
        _close_what_formats_cannot_hold(run)
        _measure_peak(lanes)
        _leave_out_what_is_missing(run)
        if _times(request):
            _one_phase_after_another(lanes)
        else:
            _one_model_after_another(lanes, browsing)
        other_devices.compile_ahead(run)
        return _finish(run, cells)


def complete(run: Run, source: Origin, cells: Sequence[Cell]) -> None:
    """Bring one model through every phase but the timing of its calls, which the caller does.

    Raises:
        InputError: the model cannot be used after all.

    """
    run.left = {cell.key: cell for cell in cells}
    _leave_out_what_is_missing(run)
    _train(source, run)
    exports.export(run, source.name)
    run.left = {key: cell for key, cell in run.left.items() if cell.kind is not Kind.INFER}
    for own_process in (False, True):
        _measure([source.name], run, own_process=own_process)
    _finish(run, cells)


def _without_too_large(request: Request) -> tuple[Request, list[str]]:
    """Return the request without models that cannot fit into memory, and a line for each of them.

    Raises:
        InputError: none of them fits.

    """
    fitting, refusals = memory.leave_out_too_large(request.sources, request.usable_memory_bytes)
    if not fitting:
        raise InputError("\n".join(refusals))
    return replace(request, sources=fitting), refusals


def _lanes(request: Request, store: Store, observer: Observer, stack: ExitStack) -> list[Run]:
    """Return the run once for each lane: they share all but their workers.

    The last lane is for what runs in a program of its own.
    """
    several = not request.given and plan.has_exports(request.selection)
    count = min(host.available_threads(), len(request.sources)) if several else 1
    count = memory.affordable_lanes(request.sources, request.usable_memory_bytes, count)
    servers = stack.enter_context(fork_servers.open_for_run())
    waiting = stack.enter_context(WaitingWorkers())
    start = partial(
        Workers,
        store.root,
        observer.message,
        servers,
        waiting,
        request.timeout_s,
        _imports(request),
    )
    workers = [stack.enter_context(start()) for _ in range(count + 1)]
    workers[0].start(preparing_framework())  # it imports meanwhile
    run = Run(store=store, workers=workers[0], request=request, observer=observer)
    return [run, *(replace(run, workers=one) for one in workers[1:])]


def _imports(request: Request) -> dict[Needs, list[str]]:
    """Return what the jobs with a framework import beside it."""
    targets = () if request.given else request.selection.targets
    converters = [name for target in targets if (name := TARGETS[target].converter)]
    own = any(source.form != "keras" for source in request.sources)
    data = ["sklearn.datasets"] if own else []  # most scenarios take their data from there
    return {name: [*data, *(converters if name == "tensorflow" else ())] for name in FRAMEWORKS}


def _refuse_other_runtimes(request: Request) -> None:
    """Refuse runtimes none of which reads a given artifact, before any process is started.

    Raises:
        InputError: those that were asked for are such.

    """
    for given in request.given:
        if not _verifications(given, request):
            readers = ", ".join(it.name for it in RUNTIMES.values() if it.target == given.target)
            msg = f"{given.artifact} is of target {given.target}: run it in one of {readers}"
            raise InputError(msg)


def _verifications(given: Given, request: Request) -> list[Cell]:
    """Return the cells that judge one given artifact."""
    return plan.verifications(given.model, given.target, given.variant, request.selection)


def _plan(lanes: Sequence[Run]) -> list[Cell]:
    """Look at what was given, and return the cells.

    Raises:
        InputError: a model or an artifact cannot be used, or there is nothing to do.

    """
    run, request = lanes[0], lanes[0].request
    if request.given:
        for given in request.given:
            if given.problem is None:
                preparation.inspect_given(run, given)
        _note_budgets(run, preparation.inspect(lanes))
        return [cell for given in request.given for cell in _verifications(given, request)]
    models = preparation.inspect(lanes)
    run.weight_bytes |= {model.name: model.weight_bytes for model in models}
    _note_budgets(run, models)
    cells = plan.cells(models, request.selection)
    if not cells:
        raise InputError("\n".join([*run.bad_input, NOTHING]))
    return cells


def _note_budgets(run: Run, models: Iterable[plan.Model]) -> None:
    """Take note of what each model's artifacts have to keep: as asked, as its scenario, as usual.

    Where nothing is timed, limits on times that nobody asked for now are left out.
    """
    asked, times = run.request.limits, Kind.INFER in run.request.selection.kinds
    for model in models:
        own = parse_limits(model.budget) if model.budget else run.request.usual_limits
        limits = asked or tuple(it for it in own if times or not MEASURES[it.measure].timed)
        if limits:
            run.budgets[model.name] = write_limits(limits)


@contextmanager
def _stored(store: Store) -> Iterator[None]:
    """Say of what goes wrong without the run's folder that the folder went away."""
    try:
        yield
    except Exception:
        store.check_there()
        raise


def _times(request: Request) -> bool:
    """Whether the request has timings: those never run beside other work."""
    return bool({Kind.TRAIN, Kind.INFER} & set(request.selection.kinds))


def _one_phase_after_another(lanes: Sequence[Run]) -> None:
    """Do each phase for all models: what is timed runs alone, exports run in all lanes."""
    run, names = lanes[0], [source.name for source in lanes[0].request.sources]
    for source in run.request.sources:
        _train(source, run)
    in_lanes(lanes, {name: (partial(exports.export, model=name),) for name in names})
    for name in names:
        _measure([name], run, own_process=False)
    _measure(names, run, own_process=True)


def _one_model_after_another(lanes: Sequence[Run], browsing: Run) -> None:
    """Bring each model through every phase, as many at a time as there are lanes.

    What was exported runs in the browser while the next models are converted.
    """
    run, sources = lanes[0], lanes[0].request.sources
    cells = [cell for cell in run.cells() if cell.runtime and RUNTIMES[cell.runtime].own_process]
    for cell in cells[:1]:
        run.browser(RUNTIMES[cell.runtime or ""], cell.device)  # it starts meanwhile
    follower = Follower(run=browsing, do=_browse, cost=partial(_macs, run)) if cells else None
    steps = {
        source.name: (
            partial(_make, source),
            partial(_measure, [source.name], own_process=False),
        )
        for source in sources
    }
    in_lanes(lanes, steps, follower)


def _browse(run: Run, model: str) -> None:
    _measure([model], run, own_process=True)


def _macs(run: Run, model: str) -> int:
    """Return the work of one example; 0 where it is not known."""
    known = snapshot.find(run.store.model(model))
    return 0 if known is None or known.demand is None else known.demand.macs


def _make(source: Origin, run: Run) -> None:
    _train(source, run)
    exports.export(run, source.name)


def _train(source: Origin, run: Run) -> None:
    """Prepare a model, which trains it, and train it on the other devices that were asked for."""
    preparation.prepare(run, source)
    other_devices.train_on_devices(run, source)


def _finish(run: Run, cells: Sequence[Cell]) -> list[Record]:
    """Return the records of cells; one that was left is an error, never an absence.

    Raises:
        PartialInputError: some of the models cannot be used.
        InputError: none of them could be used after all.

    """
    state.close(run, run.cells(), Status.ERROR, "it never ran: a defect of seqbench")
    verdicts.write_verdicts(run, cells)
    found = [record for cell in cells if (record := run.store.find(cell.key)) is not None]
    records = [state.complete_record(run, record) for record in found]
    if not run.bad_input:
        return records
    lines = "\n".join(run.bad_input)
    if all(record.cell.model in run.refused for record in records):
        raise InputError(lines)
    raise PartialInputError(lines, records)


def _measure_peak(lanes: Sequence[Run]) -> None:
    """Measure what the machine does at most, where inferences on its CPU are left to be timed."""
    run = lanes[0]
    if any(cell.kind is Kind.INFER and cell.device == "cpu" for cell in run.cells()):
        outcome = run.run_job(MeasurePeak(needs=None))
        if outcome.problem is not None:
            run.observer.message(Message(event="say", value=f"no roofline: {outcome.problem}"))
            return
        for lane in lanes:
            (lane.peak,) = outcome.results
        plan_file.add_peak(run.store, outcome.results[0])


def _leave_out_what_is_missing(run: Run) -> None:
    """Close cells whose runtime or device is not here, and those of artifacts not to be had."""
    lacking = missing_exporter_reason()
    if lacking is not None and not run.request.given:
        exports = [cell for cell in run.cells() if cell.target]
        state.close(run, exports, Status.UNAVAILABLE, lacking)
    absent, unusable = cache(_missing_runtime), cache(run.workers.missing)  # asked once of each
    _leave_out(run, lambda cell: absent(cell.runtime))
    _leave_out(run, lambda cell: unusable(cell.device, plan.needed_framework(cell)))


def _close_what_formats_cannot_hold(run: Run) -> None:
    """Close the cells of targets that cannot hold so many weights, before any work on them."""
    for cell in run.cells():
        if cell.target and not run.request.given:
            reason = TARGETS[cell.target].too_large(run.weight_bytes.get(cell.model, 0))
            if reason is not None:
                why = reason if cell.kind is Kind.EXPORT else f"not exported: {reason}"
                state.close(run, [cell], Status.UNSUPPORTED, why)


def _fail_what_is_not_as_listed(run: Run) -> None:
    """Close the cells of given artifacts that are not what the manifest lists; they are not run."""
    for given in run.request.given:
        if given.problem is not None:
            cells = _verifications(given, run.request)
            state.close(run, cells, Status.FAIL, given.problem)


def _missing_runtime(name: str | None) -> str | None:
    """Return why a cell's runtime is not here, as `seqbench list` shows it."""
    return RUNTIMES[name].missing() if name else None


def _leave_out(run: Run, missing: Callable[[Cell], str | None]) -> None:
    """Close cells that lack something, each with the reason that is told of it."""
    for cell in run.cells():
        reason = missing(cell)
        if reason is not None:
            state.close(run, [cell], Status.UNAVAILABLE, reason)


def _measure(models: Sequence[str], run: Run, *, own_process: bool) -> None:
    """Run what was exported in the runtimes of this process, or in those of their own.

    Every runtime has its turn before the next fresh process of the first: what drifts on a machine
    meets all of them.
    """
    runtimes = [it for it in plan.runtimes(run.request.selection) if it.own_process is own_process]
    for process in range(1, run.request.budget.processes + 1):
        if process > 1:
            run.workers.renew()
            preparation.train_again(run, () if own_process else models, process)
        for runtime in runtimes:
            for device in run.request.selection.devices:
                ran = artifacts.measure(run, models, runtime, device, process)
                diagnosis.name_layers(run, ran if process == 1 else (), runtime)
