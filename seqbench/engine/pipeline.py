"""A run: plan, prepare, export, run, judge."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import remove, replace_json
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import MARK, Store
from seqbench.engine import plan, state
from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.jobs.peak import MeasurePeak
from seqbench.engine.phases import artifacts as measuring
from seqbench.engine.phases import diagnosis, other_devices
from seqbench.engine.state import Observer, Request, Run
from seqbench.engine.workers import pool as isolate
from seqbench.engine.workers.messages import Message
from seqbench.engine.workers.pool import Workers
from seqbench.machine import host
from seqbench.machine.frameworks import home, missing_exporter
from seqbench.measurement.loop import FULL, QUICK
from seqbench.models.snapshot import Origin
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS, Artifact, manifest

NOTHING = (
    "nothing to do: the kinds, targets, runtimes, back ends and devices that were asked for have "
    "no cell in common"
)


def run(request: Request, store: Store, observer: Observer) -> list[Record]:
    """Do what is asked for, as far as the store has no record of it yet; return its records.

    Raises:
        InputError: the folder holds other things or is in use, or a model cannot be used. Where
            that shows before the first cell, nothing was done; where it shows later, the other
            cells are done all the same.

    """
    names = [source.name for source in request.sources]
    count = min(host.threads(), len(names)) if plan.exports(request.selection) else 1
    with _stored(store), ExitStack() as stack:
        stack.enter_context(store.held(names, _facts()))
        if store.delivers:
            _refuse_foreign(request, store)
        remove(isolate.temporary(store.root))  # what a killed run left
        store.remove_unfinished(names)
        workers = [stack.enter_context(Workers(store.root, observer.message)) for _ in range(count)]
        for one in workers:  # those that wait import meanwhile
            one.start(home())
        run = Run(store=store, workers=workers[0], request=request, observer=observer)
        cells = plan.cells(state.inspect(run), request.selection)
        if not cells:
            raise InputError(NOTHING)
        _begin(run, cells)
        if _times(request):
            for other in workers[1:]:  # one that has done anything imports no more
                other.run(Inspect(sources=()))
        _measure_peak(run)
        leave_out_what_is_missing(run)
        lanes = [replace(run, workers=one) for one in workers]
        if _times(request):
            _one_step_after_another(lanes)
        else:
            _one_model_after_another(lanes)
        other_devices.compile_ahead(run)
    return finish(run, cells)


def _refuse_foreign(request: Request, store: Store) -> None:
    """Refuse to replace what seqbench did not write, before any work is done.

    Raises:
        InputError: there is such a thing where an artifact would be written.

    """
    selection = request.selection
    artifacts = [
        Artifact(target=TARGETS[target], variant=variant)
        for target in selection.targets
        for variant in selection.of(target)
    ]
    for source in request.sources:
        manifest.refuse_foreign(store.artifacts / source.name, artifacts)


def _facts() -> dict[str, Any]:
    """Return what a plan says of where and when it was made."""
    return {
        "versions": host.versions(()),
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": host.host(),
    }


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


def _in_lanes(runs: Sequence[Run], tasks: Sequence[Callable[[Run], None]]) -> None:
    """Do tasks in their order, as many at a time as there are lanes, each lane with its workers."""
    left = deque(tasks)

    def follow(lane: Run) -> None:
        while left:
            left.popleft()(lane)

    if len(runs) == 1:
        follow(runs[0])
        return
    with ThreadPoolExecutor(len(runs)) as pool:
        try:
            for future in [pool.submit(follow, lane) for lane in runs]:
                future.result()
        except BaseException:  # the other lanes must not go on, least of all after Ctrl-C
            for lane in runs:
                lane.workers.close()
            raise


def _one_step_after_another(lanes: Sequence[Run]) -> None:
    """Do each step for all models: what is timed runs alone, exports run in all lanes."""
    run, names = lanes[0], [source.name for source in lanes[0].request.sources]
    for source in run.request.sources:
        train(source, run)
    _in_lanes(lanes, [partial(state.export, model=name) for name in names])
    for name in names:
        _measure([name], run, own_process=False)
    _measure(names, run, own_process=True)


def _one_model_after_another(lanes: Sequence[Run]) -> None:
    """Bring each model through every step, as many at a time as there are lanes."""
    names = [source.name for source in lanes[0].request.sources]
    _in_lanes(lanes, [partial(_one_model, source) for source in lanes[0].request.sources])
    parts = [names[i :: len(lanes)] for i in range(len(lanes))]
    _in_lanes(lanes, [partial(_measure, part, own_process=True) for part in parts])


def _one_model(source: Origin, run: Run) -> None:
    train(source, run)
    state.export(run, source.name)
    _measure([source.name], run, own_process=False)


def train(source: Origin, run: Run) -> None:
    """Prepare a model, which trains it, and train it on the other devices that were asked for."""
    state.prepare(run, source)
    other_devices.train_on_several(run, source)


def judge(
    request: Request, artifact: Path, target: str, store: Store, observer: Observer
) -> list[Record]:
    """Verify one artifact, whoever made it, against the request's one model.

    Raises:
        InputError: the model cannot be used, no runtime that was asked for reads the artifact, or
            the artifact could run code or reach files and `allow_code` is off.

    """
    (source,) = request.sources
    runtimes = [found for found in plan.runtimes(request.selection) if found.target == target]
    if not runtimes:
        readers = ", ".join(name for name, found in RUNTIMES.items() if found.target == target)
        msg = f"{artifact} is of target {target}: run it in one of {readers}"
        raise InputError(msg)
    with _stored(store), Workers(store.root, observer.message, request.timeout_s) as workers:
        run = Run(store=store, workers=workers, request=request, observer=observer)
        if not source.allow_code:
            state.inspect_artifact(run, artifact, TARGETS[target])
        state.inspect(run)
        (variant,) = request.selection.variants
        cells = [
            Cell(
                model=source.name,
                kind=Kind.VERIFY,
                target=target,
                runtime=runtime.name,
                variant=variant,
            )
            for runtime in runtimes
        ]
        _begin(run, cells)
        leave_out_missing_runtimes(run)
        state.prepare(run, source)
        for runtime in runtimes:
            ran = measuring.measure(run, [source.name], runtime, "cpu", artifact=artifact)
            diagnosis.name_layers(run, ran, runtime, artifact)
    return finish(run, cells)


def finish(run: Run, cells: Sequence[Cell]) -> list[Record]:
    """Return the records of cells; one that was left is an error, never an absence.

    Raises:
        InputError: a model could not be used after all.

    """
    state.close(run, run.cells(), Status.ERROR, "it never ran: a defect of seqbench")
    if run.bad_input:
        raise InputError("\n".join(run.bad_input))
    return [record for cell in cells if (record := run.store.find(cell.key)) is not None]


def _begin(run: Run, cells: Sequence[Cell]) -> None:
    """Write down what is planned, so that a report knows what never ran."""
    path = run.store.root / MARK
    if path.exists():
        _refuse_changes(path, run.request)
    run.left = {cell.key: cell for cell in cells if state.unfinished(run, cell)}
    replace_json(
        path,
        {
            **_facts(),
            "sources": {source.name: source.spec for source in run.request.sources},
            "origins": codec.to_json(run.request.sources),
            "cells": codec.to_json(cells),
            "repeat": _repeat(run.request, cells),
        },
    )
    run.observer.planned(run.cells())


def _repeat(request: Request, cells: Sequence[Cell]) -> dict[str, Any]:
    """Return what a report needs to name the commands that repeat cells, see `report.Repeat`."""
    budget = request.budget
    full = replace(budget, processes=FULL.processes) == FULL
    usual = FULL if full else QUICK
    ran_in = [cell.runtime for cell in cells if cell.runtime]
    backends = {name: RUNTIMES[name].backend for name in dict.fromkeys(ran_in)}
    return {
        "backends": {name: backend for name, backend in backends.items() if backend},
        "allow_code": any(source.allow_code for source in request.sources),
        "full": full,
        "processes": None if budget.processes == usual.processes else budget.processes,
    }


def _refuse_changes(path: Path, request: Request) -> None:
    """A run is of one version of each model: its records would not belong together."""
    known = json.loads(path.read_text(encoding="utf-8")).get("origins", [])
    before = {origin.name: origin for origin in codec.from_json(tuple[Origin, ...], known)}
    for origin in request.sources:
        old = before.get(origin.name, origin)
        if old != origin:
            msg = (
                f"{path.parent} holds a run of another {origin.name!r} ({old.path}, or the "
                "file has changed since): choose another folder with --out"
            )
            raise InputError(msg)


def _measure_peak(run: Run) -> None:
    """Measure what the machine does at most, where inferences on its CPU are left to be timed."""
    if any(cell.kind is Kind.INFER and cell.device == "cpu" for cell in run.cells()):
        outcome = run.do(MeasurePeak(needs=None))
        if outcome.problem is not None:
            run.observer.message(Message(event="say", value=f"no roofline: {outcome.problem}"))
            return
        (run.peak,) = outcome.results
        plan = run.store.root / MARK
        known = json.loads(plan.read_text(encoding="utf-8"))
        replace_json(plan, {**known, "peak": codec.to_json(run.peak)})


def leave_out_what_is_missing(run: Run) -> None:
    """Close cells whose runtime or device is not here, and those of artifacts not to be had."""
    lacking = missing_exporter()
    if lacking is not None:
        exports = [cell for cell in run.cells() if cell.target]
        state.close(run, exports, Status.UNAVAILABLE, lacking)
    leave_out_missing_runtimes(run)
    wanted = [(plan.framework(cell), cell.device) for cell in run.cells()]
    for needs, device in dict.fromkeys(wanted):
        reason = run.workers.missing(device, needs)
        if reason is not None:
            gone = [
                cell
                for cell in run.cells()
                if (plan.framework(cell), cell.device) == (needs, device)
            ]
            state.close(run, gone, Status.UNAVAILABLE, reason)


def leave_out_missing_runtimes(run: Run) -> None:
    """Close cells whose runtime is not here, with the reason that `seqbench list` shows."""
    for name in dict.fromkeys(cell.runtime for cell in run.cells() if cell.runtime):
        reason = RUNTIMES[name].missing()
        if reason is not None:
            gone = [cell for cell in run.cells() if cell.runtime == name]
            state.close(run, gone, Status.UNAVAILABLE, reason)


def measure(models: Sequence[str], run: Run) -> None:
    """Run what was exported in every runtime that the request has."""
    for own_process in (False, True):
        _measure(models, run, own_process=own_process)


def _measure(models: Sequence[str], run: Run, *, own_process: bool) -> None:
    """Run what was exported in the runtimes of this process, or in those of their own.

    Every runtime has its turn before the next fresh process of the first: what drifts on a machine
    meets all of them.
    """
    runtimes = [it for it in plan.runtimes(run.request.selection) if it.own_process is own_process]
    for process in range(1, run.request.budget.processes + 1):
        if process > 1:
            run.workers.renew()
            state.train_again(run, () if own_process else models, process)
        for runtime in runtimes:
            for device in run.request.selection.devices:
                ran = measuring.measure(run, models, runtime, device, process)
                diagnosis.name_layers(run, ran if process == 1 else (), runtime)
