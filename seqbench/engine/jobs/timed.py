"""Time a session on a model's own inputs, and hold what it answered meanwhile against the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.record import PLAIN, Cell, Record, Status
from seqbench.machine.clock import clock
from seqbench.machine.host import (
    available_threads,
    host_facts,
    peak_memory_bytes,
    reset_peak_memory,
)
from seqbench.measurement import other_programs
from seqbench.measurement.loop import Budget
from seqbench.runtimes import RUNTIMES, Load, Session
from seqbench.targets import TARGETS
from seqbench.verdict import quality, reference
from seqbench.verdict.judge import judge_outputs
from seqbench.verdict.quality import CRITERIA, Sample
from seqbench.verdict.tolerance import Case

DISTINCT_INPUTS = 4
"""Batches timed in turn, so that nothing can answer from a cache."""

KEPT = ("warmup_s", "settled", "sampled_s", "ended", "loop_cost_s", "cpu_s", "calls_per_sample")
"""What is kept of a timing beside its samples and its first call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session with what it took to have it.

    Attributes:
        session: the loaded model.
        import_s: seconds to import the runtime; None where it is a program of its own.
        load_s: seconds to load the artifact, or to build the model.
        peak_bytes: peak resident memory while it was loaded; None where it is not in this process.

    """

    session: Session
    import_s: float | None
    load_s: float
    peak_bytes: int | None


def open_session(load: Load, artifact: Path, cell: Cell, import_s: float | None = None) -> Opened:
    """Load a cell's artifact, and take the time; `import_s` is as in `Opened`."""
    reset_peak_memory()
    start = clock()
    session = load(artifact, cell.device, cell.threads or available_threads())
    load_s = clock() - start
    elsewhere = RUNTIMES[cell.runtime or ""].own_process
    peak = None if elsewhere else peak_memory_bytes()
    return Opened(session=session, import_s=import_s, load_s=load_s, peak_bytes=peak)


def time_session(opened: Opened, answers: Path, cell: Cell, budget: Budget) -> dict[str, Any]:
    """Time a session in this process; return the fields of a record of this process alone."""
    session, batches = opened.session, timed_cases(answers, cell)
    reset_peak_memory()
    before = other_programs.read_usage()
    timing = session.measure([case.x.astype(session.input.dtype) for case in batches], budget)
    after = other_programs.read_usage()
    peak = None if opened.peak_bytes is None else max(opened.peak_bytes, peak_memory_bytes())
    fault = find_fault(batches, timing.outputs, cell.variant)
    seen = {
        "import_s": opened.import_s,
        "load_s": opened.load_s,
        "first_call_s": timing.first_call_s,
        **{name: getattr(timing, name) for name in KEPT},
        "foreign_cpus": other_programs.foreign_cpus(before, after),
    }
    return {
        "status": Status.PASS if fault is None else Status.FAIL,
        "reason": fault,
        "samples_s": timing.samples_s,
        "samples_per_process": (len(timing.samples_s),),
        "calls_per_sample": timing.calls_per_sample,
        "first_call_s": timing.first_call_s,
        "load_s": opened.load_s,
        "peak_memory_bytes": peak,
        "ran_on": session.ran_on,
        "notes": _notes(cell, session),
        "details": {
            "runtime": dict(session.facts),
            "device_memory_bytes": session.device_memory_bytes,
            "timing": {name: [value] for name, value in seen.items()},
        },
    }


def join_processes(earlier: Record | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record's fields from earlier processes with those of one more.

    Every list in `details["timing"]` holds one value for each process. Where a process is wrong the
    record is.
    """
    found = dict(fields)
    if earlier is not None:
        before, now = earlier.details["timing"], fields["details"]["timing"]
        columns = {name: before[name] + now[name] for name in now}
        peaks = (earlier.peak_memory_bytes, fields["peak_memory_bytes"])
        found |= {
            "samples_s": earlier.samples_s + fields["samples_s"],
            "samples_per_process": earlier.samples_per_process + fields["samples_per_process"],
            "calls_per_sample": max(earlier.calls_per_sample or 1, fields["calls_per_sample"]),
            "first_call_s": earlier.first_call_s,
            "load_s": earlier.load_s,
            "peak_memory_bytes": max((peak for peak in peaks if peak is not None), default=None),
            "metrics": earlier.metrics,
            "details": {**fields["details"], "timing": columns},
        }
    found["notes"] = (*fields["notes"], *timing_notes(found["details"]["timing"]))
    return found


def timing_notes(columns: Mapping[str, Sequence[Any]]) -> tuple[str, ...]:
    """Return what a reader should know of how the processes were timed."""
    notes = []
    settled = columns.get("settled", ())  # training has no warm-up
    unsettled = settled.count(False)
    if unsettled:
        took_s, all_of = max(columns["warmup_s"]), len(settled)
        notes.append(
            f"the warm-up had not settled after {took_s:.1f} s in {unsettled} of {all_of} "
            "processes: time it again on a quieter machine or with --full"
        )
    loaded = other_programs.note(list(columns["foreign_cpus"]), host_facts()["cpus"])
    return (*notes, loaded) if loaded else tuple(notes)


def _notes(cell: Cell, session: Session) -> tuple[str, ...]:
    fixed, rows = session.input.shape[0], cell.batch_size or 1
    if fixed is None or fixed == rows:
        return ()
    return (f"fixed batch of {fixed}: one call here is {-(-rows // fixed)} of the runtime's",)


def timed_cases(answers: Path, cell: Cell) -> list[Case]:
    """Return the distinct batches to time, with what the model and its twin make of their rows."""
    lacks = TARGETS[cell.target].lacks if cell.target else {}
    case = reference.as_format_has_it(reference.load(answers)[0], lacks)
    chosen = np.resize(np.arange(len(case.x)), (DISTINCT_INPUTS, cell.batch_size or 1))
    return [
        replace(case, x=case.x[row], exact=case.exact[row], own=case.own[row]) for row in chosen
    ]


def find_fault(batches: Sequence[Case], outputs: Sequence[np.ndarray], variant: str) -> str | None:
    """Return why a cell fails by what its timed calls gave; None where nothing is wrong."""
    fault = _find_fault(batches, outputs, variant)
    return fault and f"fast, and wrong: while timed, {fault}"


def _find_fault(batches: Sequence[Case], outputs: Sequence[np.ndarray], variant: str) -> str | None:
    """Return what is wrong with what the timed calls gave; None where nothing is.

    Reduced precision is asked for half of its criterion's decibels: these are few rows, and one of
    them may be less exact than all together; an answer to another input has none. So few tell
    nothing of what varies among them.
    """
    if variant == PLAIN:
        return judge_outputs(batches, outputs).reason
    criterion = CRITERIA[variant]
    sample = Sample(
        x=np.concatenate([case.x for case in batches]),
        own=np.concatenate([case.own for case in batches]),
    )
    halved = replace(criterion, snr_db=criterion.snr_db / 2, varying_db=-np.inf)
    return quality.assess_quality(sample, np.concatenate(list(outputs)), halved).reason
