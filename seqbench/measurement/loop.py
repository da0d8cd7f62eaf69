"""Calls are timed to their end at the host; raw samples are kept.

The first call stands apart; then a warm-up goes on until it changes nothing any more, and sampling
until the median is known well enough, each within its bound.
"""

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Literal, TypeVar

import numpy as np

from seqbench.core import stats
from seqbench.machine.clock import Clock, clock, cpu_clock

F = TypeVar("F")
"""What a call is fed."""

_Take = Callable[[float, float], list[float]]
"""Takes samples until the clock shows so much or there are so many, one at least."""

SHORT_CALL_S = 20e-6
"""Calls shorter than this are timed several at once: a reading of the clock costs about 0.1 us."""

SAMPLE_S = 10 * SHORT_CALL_S
"""How long such a sample takes: the readings then cost less than a thousandth of it."""

WINDOWS = 10
"""Into how many windows the bound of the warm-up is cut."""

SETTLED = 0.03
"""The warm-up is over when the medians of two successive windows differ by at most this share.

Windows of steady calls differ by less than 1 % on a quiet machine; a call that is still being
compiled, or whose memory is still being touched for the first time, differs by more than 10 %.
"""

LEAST_SHARE = 0.2
"""A narrow interval ends the sampling no sooner than after this share of the time: calls that
follow at once upon each other are alike, and promise more than the next hundred will keep."""

COST_LOOPS = 51
"""How many loops of empty calls tell what a loop itself costs: enough for a steady median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to measure.

    Attributes:
        warmup_s: the warm-up ends after this time, settled or not.
        measure_s: sampling ends after this time, once it has `min_samples`.
        min_samples: fewest samples to take, whatever they cost.
        max_samples: sampling ends here even before `measure_s`.
        precision: sampling ends when half the median's 95 % interval is at most this share of it.
        processes: how many fresh processes time each cell, each with this budget.
        calls_per_sample: calls in each sample; None to find out, as the first process does.

    """

    warmup_s: float
    measure_s: float
    min_samples: int
    max_samples: int
    precision: float = 0.0
    processes: int = 1
    calls_per_sample: int | None = None


QUICK = Budget(
    warmup_s=0.2, measure_s=0.2, min_samples=7, max_samples=2000, precision=0.01, processes=1
)
FULL = Budget(
    warmup_s=1.0, measure_s=1.0, min_samples=25, max_samples=20000, precision=0.002, processes=6
)

Ended = Literal["precision", "time", "samples"]
"""What ended the sampling: a narrow interval, `measure_s` or `max_samples`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Raw measurements of one call, in one process.

    Attributes:
        first_call_s: seconds of the first call, compilation included.
        samples_s: seconds per call, each the mean of `calls_per_sample` calls in a row.
        calls_per_sample: calls in each sample.
        warmup_s: seconds that the warm-up took.
        settled: whether it ended by its criterion; False where by its bound.
        sampled_s: seconds from the first sample to the last.
        ended: what ended the sampling.
        loop_cost_s: seconds per call that the loop and the clock themselves cost; part of samples.
        cpu_s: CPU seconds per call while sampling, all threads together; None where unknown.
        outputs: what the timed calls give, one for each input, asked for right after the sampling.

    """

    first_call_s: float
    samples_s: tuple[float, ...]
    calls_per_sample: int
    warmup_s: float
    settled: bool
    sampled_s: float
    ended: Ended
    loop_cost_s: float
    cpu_s: float | None
    outputs: tuple[np.ndarray, ...]


def measure(
    call: Callable[[F], Any],
    feeds: Sequence[F],
    budget: Budget,
    now: Clock = clock,
    cpu: Clock = cpu_clock,
) -> Timing:
    """Time `call` on `feeds` in turn (the same work on several distinct inputs).

    A call must return only when its output is at the host. Python's garbage collector rests
    meanwhile, as in `timeit`.
    """
    (first_call_s,) = _taking(call, feeds, 1, now)(math.inf, 1)
    with _no_collection():
        started = now()
        once_s, settled = _warm_up(call, feeds, budget, now)
        warmup_s = now() - started
        size = budget.calls_per_sample or _calls_per_sample(call, feeds, once_s, now)
        loop_cost_s = float(np.median(_taking(_nothing, feeds, size, now)(math.inf, COST_LOOPS)))
        began, cpu_began = now(), cpu()
        samples, ended = _sampled(_taking(call, feeds, size, now), budget, now)
        sampled_s, cpu_s = now() - began, (cpu() - cpu_began) / (len(samples) * size)
    return Timing(
        first_call_s=first_call_s,
        samples_s=tuple(samples),
        calls_per_sample=size,
        warmup_s=warmup_s,
        settled=settled,
        sampled_s=sampled_s,
        ended=ended,
        loop_cost_s=loop_cost_s,
        cpu_s=cpu_s,
        outputs=tuple(np.array(call(feed)) for feed in feeds),
    )


def in_blocks(
    call: Callable[[F], Any], feeds: Sequence[F], warmup_s: float, now: Clock = clock
) -> Callable[[float], list[float]]:
    """Warm up, and return what times one block of calls: seconds a call, of each sample.

    It is told how long a block lasts, seconds, and takes one sample at least. For processes that
    take turns: each block begins with a call that is not counted, since the caches hold what the
    other process left there.
    """
    with _no_collection():
        budget = Budget(warmup_s=warmup_s, measure_s=0, min_samples=1, max_samples=1)
        once_s, _ = _warm_up(call, feeds, budget, now)
        take = _taking(call, feeds, _calls_per_sample(call, feeds, once_s, now), now)

    def block(block_s: float) -> list[float]:
        with _no_collection():
            call(feeds[0])
            return take(now() + block_s, math.inf)

    return block


def _nothing(_: object) -> None:
    """Do nothing: what is left is the loop's own cost."""


def _taking(call: Callable[[F], object], feeds: Sequence[F], size: int, now: Clock) -> _Take:
    """Return what takes samples of `size` calls, on `feeds` in turn.

    The loops are bare, and `call` one function: what Python does between two calls leaves the
    caches to the model, and costs the same for every runtime. A single call has a loop of its own,
    without the inner one that would be a part of it.
    """
    turns = cycle(feeds)
    rows = _rows(turns, size, alike=size % len(feeds) == 0)

    def singly(until: float, most: float) -> list[float]:
        samples: list[float] = []
        for feed in turns:
            start = now()
            call(feed)
            end = now()
            samples.append(end - start)
            if end >= until or len(samples) >= most:
                break
        return samples

    def in_rows(until: float, most: float) -> list[float]:
        samples: list[float] = []
        for row in rows:
            start = now()
            for feed in row:
                call(feed)
            end = now()
            samples.append((end - start) / size)
            if end >= until or len(samples) >= most:
                break
        return samples

    return singly if size == 1 else in_rows


def _rows(turns: Iterator[F], size: int, *, alike: bool) -> Iterator[list[F]]:
    """Give what one sample after another is fed; `alike` where that is always the same."""
    row = list(islice(turns, size))
    while True:
        yield row
        if not alike:
            row = list(islice(turns, size))


def _warm_up(
    call: Callable[[F], object], feeds: Sequence[F], budget: Budget, now: Clock
) -> tuple[float, bool]:
    """Call until two windows agree; return the last window's median and whether they did."""
    started, before, take = now(), math.nan, _taking(call, feeds, 1, now)
    while True:
        median = float(np.median(take(now() + budget.warmup_s / WINDOWS, math.inf)))
        if abs(median - before) <= SETTLED * before:
            return median, True
        if now() - started >= budget.warmup_s and not math.isnan(before):
            return median, False
        before = median


def _calls_per_sample(
    call: Callable[[F], object], feeds: Sequence[F], once_s: float, now: Clock
) -> int:
    """Return 1 for long calls; for short ones what fills `SAMPLE_S`, all inputs alike in it."""
    if once_s >= SHORT_CALL_S:
        return 1

    def size() -> int:
        return math.ceil(SAMPLE_S / max(once_s, 1e-9) / len(feeds)) * len(feeds)

    # A clock's readings make single calls longer, and other programs make any; hence the shortest.
    once_s = min(_taking(call, feeds, size(), now)(math.inf, 5))
    return size()


def _sampled(take: _Take, budget: Budget, now: Clock) -> tuple[list[float], Ended]:
    """Take samples until one of the ends is reached."""
    began = now()
    least, end = began + LEAST_SHARE * budget.measure_s, began + budget.measure_s
    samples = take(math.inf, min(budget.min_samples, budget.max_samples))
    while len(samples) < budget.max_samples:
        left = budget.max_samples - len(samples)
        at = now()
        if at >= end:
            return samples, "time"
        if at < least:
            samples += take(least, left)
        elif _narrow(samples, budget.precision):
            return samples, "precision"
        else:  # one more fifth: looked at seldom, so that looking costs next to nothing
            samples += take(end, min(math.ceil(len(samples) / 5), left))
    return samples, "samples"


def _narrow(samples: Sequence[float], precision: float) -> bool:
    found = stats.median(samples)
    if found is None or found.low is None or found.high is None:
        return False
    return (found.high - found.low) / 2 <= precision * found.value


@contextmanager
def _no_collection() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
