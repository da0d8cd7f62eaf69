"""Run artifacts in a runtime: judge their numbers, and time them."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from seqbench import reference, verdict
from seqbench.jobs import Job
from seqbench.machine import peak_memory_bytes, threads
from seqbench.record import Cell, Kind, Status
from seqbench.runtimes import RUNTIMES, Load, Runtime, Session
from seqbench.targets import TARGETS
from seqbench.timing import Budget
from seqbench.verdict import Case, Difference
from seqbench.work.context import Context

DISTINCT_INPUTS = 4
"""Batches timed in turn, so that nothing can answer from a cache."""


def measure(job: Job, context: Context) -> None:
    """Verify and time artifacts in one runtime.

    Arguments: `runtime`, `budget` and `items`; an item is `model`, `seed`, `fresh` and `pairs`:
    the artifact with its reference first, then those that are only judged. The job's cells of a
    model belong to its item.
    """
    runtime = RUNTIMES[job.arguments["runtime"]]
    budget = Budget(**job.arguments["budget"])
    with runtime.start() as load:
        for item in job.arguments["items"]:
            cells = [cell for cell in job.cells if cell.model == item["model"]]
            _measure_one(item, cells, runtime, load, budget, context)


def _measure_one(
    item: dict[str, Any],
    cells: list[Cell],
    runtime: Runtime,
    load: Load,
    budget: Budget,
    context: Context,
) -> None:
    pairs = [(Path(pair["artifact"]), Path(pair["reference"])) for pair in item["pairs"]]
    verifications = [cell for cell in cells if cell.kind is Kind.VERIFY]
    timings = [cell for cell in cells if cell.kind is Kind.INFER]
    packages, seed = runtime.packages, item["seed"]
    for cell in verifications:
        context.say(f"{cell.model}: running {cell.target} in {runtime.name}")
        lacks = TARGETS[cell.target].lacks if cell.target else {}
        judged = partial(_verify, pairs, load, cell.device, item["fresh"], lacks)
        context.attempt(cell, packages, seed, judged)
    if not timings:
        return
    opened: list[tuple[Session, float]] = []  # opened in the first cell that can, for all
    for cell in timings:
        context.say(f"{cell.model}: timing {runtime.name}, batch {cell.batch_size}")

        def timed(cell: Cell = cell) -> dict[str, Any]:
            if not opened:
                start = time.perf_counter()
                session = load(pairs[0][0], cell.device, threads())
                opened.append((session, time.perf_counter() - start))
            session, load_s = opened[0]
            fields = _time(session, pairs[0][1], cell, budget)
            memory = None if runtime.apart else peak_memory_bytes()
            return {"load_s": load_s, "peak_memory_bytes": memory, **fields}

        context.attempt(cell, packages, seed, timed)
    for session, _ in opened:
        session.close()


def _verify(
    pairs: list[tuple[Path, Path]],
    load: Load,
    device: str,
    fresh: list[str],
    lacks: Mapping[str, str],
) -> dict[str, Any]:
    differences: list[Difference] = []
    ran_on, facts = device, {}
    for artifact, answers in pairs:
        judged = "" if artifact == pairs[0][0] else " (perturbed weights)"
        session = load(artifact, device, threads())
        try:
            for original in reference.load(answers):
                case = _as_there(original, lacks)
                difference = verdict.judge(case, run(session, case))
                differences.append(replace(difference, case=difference.case + judged))
                ran_on, facts = session.ran_on, dict(session.facts)
        finally:
            session.close()
    worst = verdict.worst(differences)
    return {
        "status": Status.PASS if worst.reason is None else Status.FAIL,
        "reason": worst.reason,
        "max_abs_error": worst.max_abs_error,
        "tolerance": worst.tolerance,
        "error_ratio": worst.max_abs_error / worst.own_error if worst.own_error else None,
        "ran_on": ran_on,
        "notes": _about_fresh(fresh, judged_apart=len(pairs) > 1),
        "details": {
            "worst_case": worst.case,
            "channel": worst.channel,
            "weights": {difference.case: difference.weight for difference in differences},
            "runtime": facts,
        },
    }


def _as_there(case: Case, lacks: Mapping[str, str]) -> Case:
    """Expect the output in what stands for its dtype in the artifact's format."""
    dtype = lacks.get(case.own.dtype.name)
    return case if dtype is None else replace(case, own=case.own.astype(dtype))


def _about_fresh(fresh: list[str], *, judged_apart: bool) -> tuple[str, ...]:
    if not fresh:
        return ()
    found = f"{len(fresh)} weights look fresh (all zero or one: {', '.join(fresh[:3])}"
    found += ", ...)" if len(fresh) > 3 else ")"
    if judged_apart:
        return (f"{found}: judged on a second export with those perturbed as well",)
    return (f"{found}: an artifact that lost them would compute the same",)


def run(session: Session, case: Case) -> np.ndarray:
    """Return the session's output for the case's input, cast where that loses nothing."""
    x = case.x
    if x.dtype.name != session.input.dtype:
        cast = x.astype(session.input.dtype)
        if not np.array_equal(cast.astype(x.dtype), x):
            msg = f"the input's dtype is {session.input.dtype} where the model takes {x.dtype}"
            raise TypeError(msg)
        x = cast
    return session.run(x)


def _time(session: Session, answers: Path, cell: Cell, budget: Budget) -> dict[str, Any]:
    rows = cell.batch_size or 1
    real = reference.load(answers)[0].x.astype(session.input.dtype)
    source = np.resize(real, (rows * DISTINCT_INPUTS, *real.shape[1:]))
    timing = session.measure(np.split(source, DISTINCT_INPUTS), budget)
    fixed = session.input.shape[0]
    notes: tuple[str, ...] = ()
    if fixed is not None and fixed != rows:
        notes = (f"fixed batch of {fixed}: one call here is {-(-rows // fixed)} of the runtime's",)
    return {
        "samples_s": timing.samples_s,
        "calls_per_sample": timing.calls_per_sample,
        "first_call_s": timing.first_call_s,
        "ran_on": session.ran_on,
        "notes": notes,
        "details": {"runtime": dict(session.facts)},
    }
