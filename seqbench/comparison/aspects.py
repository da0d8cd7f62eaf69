"""What two records of one cell say of each other: status, time, size, quality."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from seqbench.comparison import intervals
from seqbench.comparison.intervals import Interval
from seqbench.comparison.verdicts import Verdict, decide_verdict
from seqbench.core import stats, units
from seqbench.core.record import Kind, Record, Status
from seqbench.verdict.quality import ACCURACIES, METRICS, ONE

Name = Literal["status", "time", "size", "quality"]

TIMED = (Kind.INFER, Kind.TRAIN)
"""Kinds of cells whose samples are compared."""

LOST = 0.01
"""The largest part of an accuracy that may be lost: MLPerf Inference asks for 99 % of it."""

GROWN = 0.10
"""The largest part by which an error metric may grow, as for 8 bits: see `quality.CRITERIA`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """One thing in which a cell's two records were compared.

    Attributes:
        name: what it is about.
        verdict: what became of it.
        base: the base's value as people read it.
        head: the head's.
        ratio: head over base with its interval; of a time only.
        reason: why the verdict is not `same`, or what to do; None where the values say it.

    """

    name: Name
    verdict: Verdict
    base: str
    head: str
    ratio: Interval | None = None
    reason: str | None = None


def is_timed(base: Record | None, head: Record | None) -> bool:
    """Whether both records hold times to be compared."""
    return all(
        record is not None
        and record.cell.kind in TIMED
        and record.status is Status.PASS
        and bool(record.samples_s)
        for record in (base, head)
    )


def aspects(base: Record, head: Record, alpha: float, min_effect: float) -> Iterator[Aspect]:
    """Yield everything in which two records of one cell can be compared, the status first.

    Args:
        base: the cell's record before.
        head: its record after.
        alpha: the chance of a false alarm that its time has.
        min_effect: the smallest part by which a time or a size must grow to matter.

    """
    yield status(base, head)
    if is_timed(base, head):
        yield _time(base, head, alpha, min_effect)
    if base.size_bytes and head.size_bytes:
        yield size(base.size_bytes, head.size_bytes, min_effect)
    yield from _quality(base, head)


def appeared(head: Record) -> Aspect:
    """Return what is said of a cell that the base does not have."""
    why = "new: the base has no such cell"
    return of_status(Verdict.INCONCLUSIVE, None, head.status, why)


def vanished(base: Record) -> Aspect:
    """Return what is said of a cell that the head does not have."""
    verdict = Verdict.WORSE if base.status is Status.PASS else Verdict.SAME
    return of_status(verdict, base.status, None, "vanished: the head has no such cell")


def status(base: Record, head: Record) -> Aspect:
    """Return what became of a cell's status; where neither side passes, why does not matter."""
    passed, passes = (record.status is Status.PASS for record in (base, head))
    if passed == passes:
        return of_status(Verdict.SAME, base.status, head.status)
    if passes:
        return of_status(Verdict.BETTER, base.status, head.status)
    return of_status(Verdict.WORSE, base.status, head.status, head.reason)


def of_status(
    verdict: Verdict, base: Status | None, head: Status | None, reason: str | None = None
) -> Aspect:
    """Return an aspect of statuses; None where there is none."""
    was, now = base or units.NOTHING, head or units.NOTHING
    return Aspect(name="status", verdict=verdict, base=was, head=now, reason=reason)


def _time(base: Record, head: Record, alpha: float, min_effect: float) -> Aspect:
    medians = [record.median for record in (base, head)]
    values = [units.seconds(found.value if found else None) for found in medians]
    ratio = None
    processes = [*base.by_process, *head.by_process]
    if all(np.median(process) > 0 for process in processes):  # not so with a clock too coarse
        ratio = intervals.unpaired(base.by_process, head.by_process, alpha)
    verdict = Verdict.INCONCLUSIVE if ratio is None else decide_verdict(ratio, min_effect)
    return Aspect(
        name="time",
        verdict=verdict,
        base=values[0],
        head=values[1],
        ratio=ratio,
        reason=_advice(ratio) if verdict is Verdict.INCONCLUSIVE else None,
    )


def _advice(ratio: Interval | None) -> str:
    if ratio is None:
        return "too few samples: run both again with --full, or use `seqbench ab`"
    if min(ratio.processes) < 2:
        return (
            "one process a side does not tell how far processes differ: "
            f"{stats.LONE_SPREAD:.1%} is taken; use `seqbench ab`, or more --processes"
        )
    base, head = ratio.processes
    return f"{base} and {head} processes do not settle it: use `seqbench ab`, or more --processes"


def size(base: int, head: int, min_effect: float) -> Aspect:
    """Return what became of an artifact's size, bytes."""
    verdict = Verdict.SAME
    if head > base * (1 + min_effect):
        verdict = Verdict.WORSE
    elif head < base / (1 + min_effect):
        verdict = Verdict.BETTER
    reason = f"{units.times(head / base)} the size" if verdict is not Verdict.SAME else None
    values = units.size(base), units.size(head)
    return Aspect(name="size", verdict=verdict, base=values[0], head=values[1], reason=reason)


def _quality(base: Record, head: Record) -> Iterator[Aspect]:
    """Yield the metrics that both have: those known by name, and the loss only where none is."""
    shared = [name for name in base.metrics if name in head.metrics]
    known = [name for name in shared if name in METRICS]
    rows = head.details.get("rows")
    for name in known or [name for name in shared if name == "loss"]:
        before, after = base.metrics[name], head.metrics[name]
        lost, gained = _lost(name, before, after, rows), _lost(name, after, before, rows)
        verdict = Verdict.WORSE if lost else Verdict.BETTER if gained else Verdict.SAME
        yield Aspect(
            name="quality",
            verdict=verdict,
            base=f"{name} {units.metric(before)}",
            head=f"{name} {units.metric(after)}",
            reason=f"more than {LOST:.0%} lost" if lost and name in ACCURACIES else None,
        )


def _lost(name: str, before: float, after: float, rows: int | None) -> bool:
    """Whether a metric got worse by more than is let pass; one answer of `rows` always is."""
    if name not in ACCURACIES:
        return not after <= before * (1 + GROWN)
    some = rows is None or (before - after) * rows > ONE
    return not after >= before * (1 - LOST) and some
