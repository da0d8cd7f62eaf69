"""Run artifacts in a runtime: judge their numbers, and time them."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from seqbench import reference
from seqbench.contract import Promise
from seqbench.jobs import Job
from seqbench.machine import peak_memory_bytes, threads
from seqbench.record import PLAIN, Cell, Kind
from seqbench.runtimes import RUNTIMES, Load, Runtime, Session
from seqbench.session import tensor
from seqbench.timing import Budget
from seqbench.work import verify
from seqbench.work.context import Context
from seqbench.work.verify import Subject

DISTINCT_INPUTS = 4
"""Batches timed in turn, so that nothing can answer from a cache."""


def measure(job: Job, context: Context) -> None:
    """Verify and time artifacts in one runtime.

    Arguments: `runtime`, `budget`, `bounds` (a roofline's for each timed cell) and `items`; an
    item is `model`, `variant`, `seed`, `fresh`, `held_out`, `promise` and `pairs`: the artifact
    with its reference first, then those that are only judged. The job's cells of a model in a
    variant belong to its item.
    """
    runtime = RUNTIMES[job.arguments["runtime"]]
    budget = Budget(**job.arguments["budget"])
    with runtime.start() as load:
        for item in job.arguments["items"]:
            of = (item["model"], item["variant"])
            cells = [cell for cell in job.cells if (cell.model, cell.variant) == of]
            item["bounds"] = job.arguments["bounds"]
            _measure_one(item, cells, runtime, load, budget, context)


def _measure_one(
    item: dict[str, Any],
    cells: list[Cell],
    runtime: Runtime,
    load: Load,
    budget: Budget,
    context: Context,
) -> None:
    subject = _subject(item)
    verifications = [cell for cell in cells if cell.kind is Kind.VERIFY]
    timings = [cell for cell in cells if cell.kind is Kind.INFER]
    packages, seed = runtime.packages, item["seed"]
    for cell in verifications:
        what = cell.target if cell.variant == PLAIN else f"{cell.target} ({cell.variant})"
        context.say(f"{cell.model}: running {what} in {runtime.name}")
        judge = verify.plain if cell.variant == PLAIN else verify.reduced
        judged = partial(judge, subject, load, cell)
        context.attempt(cell, packages, seed, judged)
    if not timings:
        return
    artifact, answers = subject.pairs[0]
    opened: list[tuple[Session, float]] = []  # opened in the first cell that can, for all
    for cell in timings:
        context.say(f"{cell.model}: timing {runtime.name}, batch {cell.batch_size}")

        def timed(cell: Cell = cell) -> dict[str, Any]:
            if not opened:
                start = time.perf_counter()
                session = load(artifact, cell.device, threads())
                opened.append((session, time.perf_counter() - start))
            session, load_s = opened[0]
            fields = _time(session, answers, cell, budget)
            fields["details"]["roofline"] = item["bounds"][cell.key]
            memory = None if runtime.apart else peak_memory_bytes()
            return {"load_s": load_s, "peak_memory_bytes": memory, **fields}

        context.attempt(cell, packages, seed, timed)
    for session, _ in opened:
        session.close()


def _subject(item: dict[str, Any]) -> Subject:
    promised = item["promise"]
    return Subject(
        pairs=tuple((Path(pair["artifact"]), Path(pair["reference"])) for pair in item["pairs"]),
        fresh=tuple(item["fresh"]),
        promise=promised and Promise(**{name: tensor(found) for name, found in promised.items()}),
        held_out=Path(item["held_out"]),
    )


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
        "samples_per_process": (len(timing.samples_s),),
        "calls_per_sample": timing.calls_per_sample,
        "first_call_s": timing.first_call_s,
        "ran_on": session.ran_on,
        "notes": notes,
        "details": {"runtime": dict(session.facts)},
    }
