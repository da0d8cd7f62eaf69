"""Statistics of raw samples, computed when they are read; nothing here is stored.

Intervals are distribution-free: their ends are order statistics whose ranks come from the binomial
distribution. Calls of one process are alike in what differs between processes (where memory lies,
which code was compiled), so an interval over several processes rests on their medians, one value
each: of many calls in two processes it must be wider than of as many independent ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95
"""Coverage of every interval, at least; each tail holds at most half of the rest."""

TAIL = (1 - CONFIDENCE) / 2

LONE_SPREAD = 0.071
"""Standard deviation taken for the log ratio of two single processes, where it is not known.

What medians of single processes of one program showed on a machine with foreign load, for a call
of 58 us: 0.7 % quiet, 7.1 % loaded.
"""

LONE_TIE = math.exp(1.96 * LONE_SPREAD)
"""Ratio of two times below which single processes cannot tell them apart at 95 %: 1.15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A quantile of samples with its interval, both in the samples' unit.

    Attributes:
        value: the samples' own quantile.
        low: lower end of the interval; None where there are too few samples for one.
        high: upper end of the interval; None where there are too few samples for one.
        count: how many samples it comes from.

    """

    value: float
    low: float | None
    high: float | None
    count: int


def median(samples: Sequence[float]) -> Estimate | None:
    """Return the median and its 95 % interval; None without samples.

    The interval needs `samples_needed(0.5)` samples.
    """
    return _estimate(samples, 0.5) if len(samples) else None


def median_of_processes(processes: Sequence[Sequence[float]]) -> Estimate | None:
    """Return the median of fresh processes' medians with its 95 % interval; None without samples.

    Of one process it is the median of its calls, and its interval speaks of that process alone. Of
    six or more, the interval's ends are order statistics of their medians. Two to five have no
    distribution-free interval at 95 %: theirs is Student's t on the logarithms of their medians;
    none where a median is zero.
    """
    medians = [float(np.median(samples)) for samples in processes if len(samples)]
    count = sum(map(len, processes))
    if len(medians) < 2:
        return median([sample for samples in processes for sample in samples])
    if len(medians) >= samples_needed(0.5):
        return replace(_estimate(medians, 0.5), count=count)
    value = float(np.median(medians))
    if min(medians) <= 0:
        return Estimate(value=value, low=None, high=None, count=count)
    logs = np.log(medians)
    quantile = student(len(medians) - 1, 1 - CONFIDENCE)
    half = quantile * float(logs.std(ddof=1)) / math.sqrt(len(medians))
    # About the mean of the logarithms, and never so that the median itself lies outside.
    low, high = (math.exp(float(logs.mean()) + side) for side in (-half, half))
    return Estimate(value=value, low=min(low, value), high=max(high, value), count=count)


def told_apart(faster: Estimate, slower: Estimate, *, lone: bool) -> bool:
    """Return whether one median is smaller than another beyond their intervals.

    Args:
        faster: the one with the smaller value, above zero.
        slower: the other.
        lone: whether one of them comes from a single process, whose interval does not know what
            differs between processes: their ratio must then exceed `LONE_TIE` as well.

    """
    if faster.high is None or slower.low is None or faster.high >= slower.low:
        return False
    return not lone or slower.value > faster.value * LONE_TIE


@lru_cache(maxsize=256)
def student(freedom: float, alpha: float) -> float:
    """Return the quantile of Student's distribution that leaves alpha / 2 above it."""
    from scipy.special import stdtrit  # noqa: PLC0415 - half a second, where it is needed

    return float(stdtrit(freedom, 1 - alpha / 2))


def spread(processes: Sequence[Sequence[float]]) -> float | None:
    """Return how far the medians of processes lie apart, as a share of their median.

    None of fewer than two, and where that median is zero.
    """
    medians = [float(np.median(samples)) for samples in processes if len(samples)]
    middle = float(np.median(medians)) if len(medians) > 1 else 0.0
    return (max(medians) - min(medians)) / middle if middle > 0 else None


def percentile(samples: Sequence[float], percent: float) -> Estimate | None:
    """Return a percentile, 0 < percent < 100, with its 95 % interval.

    None where the samples do not suffice to bound it, see `samples_needed`: what looks like a p95
    of twenty samples is only their largest.
    """
    if len(samples) < samples_needed(percent / 100):
        return None
    return _estimate(samples, percent / 100)


def samples_needed(share: float) -> int:
    """Return the fewest samples whose range bounds the quantile `share`, 0 < share < 1.

    With n samples the largest lies below the quantile with probability share**n, and the smallest
    above it with (1 - share)**n; each may be at most one tail.
    """
    worst = max(share, 1 - share)
    return math.ceil(math.log(TAIL) / math.log(worst))


def throughput(batch_size: int, seconds: float) -> float | None:
    """Return samples per second of calls (or steps) that each take `seconds`; None for zero."""
    return batch_size / seconds if seconds > 0 else None


def _estimate(samples: Sequence[float], share: float) -> Estimate:
    ordered = np.sort(np.asarray(samples, dtype=np.float64))
    count = len(ordered)
    value = float(np.quantile(ordered, share))
    if count < samples_needed(share):
        return Estimate(value=value, low=None, high=None, count=count)
    low, high = _ranks(count, share)
    return Estimate(
        value=value, low=float(ordered[low - 1]), high=float(ordered[high - 1]), count=count
    )


@lru_cache(maxsize=256)
def _ranks(count: int, share: float) -> tuple[int, int]:
    """Return the ranks, from 1, of the samples that bound the quantile `share`.

    The number of samples below the quantile is binomial. The lower rank is the largest r with
    P(fewer than r below) <= TAIL, the upper one the smallest s with P(s or more below) <= TAIL.
    """
    k = np.arange(count + 1)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, count + 1)))])
    choose = log_factorial[count] - log_factorial - log_factorial[::-1]
    mass = np.exp(choose + k * math.log(share) + (count - k) * math.log1p(-share))
    below = np.cumsum(mass)
    from_top = np.cumsum(mass[::-1])[::-1]
    low = int(np.count_nonzero(below <= TAIL))
    high = count + 1 - int(np.count_nonzero(from_top <= TAIL))
    return low, high
