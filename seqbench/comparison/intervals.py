"""The interval of a ratio of two times, from what fresh processes measured; numpy only.

The process is the unit: calls of one process share its memory layout and its placement, so a
thousand of them say hardly more of the next process than ten do. A bootstrap over calls that
ignores this flags 17 to 27 of 100 comparisons of a thing with itself. Each process gives one
number, the logarithm of its median, and the interval is Student's over those numbers: with few
clusters that keeps its level, which a bootstrap over clusters does not (Donald and Lang,
Inference with difference-in-differences and other panel data, 2007).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from seqbench.core import stats


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A ratio of times, head over base, with its interval; unitless.

    Attributes:
        low: lower end.
        ratio: the estimate: of the geometric means, over each side's processes, of their medians.
            What Student's interval on logarithms lies about; the median of the medians, which
            stands for a run's time elsewhere, may lie outside of it.
        high: upper end.
        processes: how many of the base's and of the head's processes it comes from.

    """

    low: float
    ratio: float
    high: float
    processes: tuple[int, int]


def paired(log_ratios: Sequence[float], alpha: float) -> Interval:
    """Return the interval of level 1 - `alpha` from pairs of processes that ran side by side.

    Args:
        log_ratios: of each pair, the log of head over base; at least two.
        alpha: the chance that the interval misses the true ratio.

    """
    values = np.asarray(log_ratios, dtype=np.float64)
    count = len(values)
    half = stats.student(count - 1, alpha) * float(values.std(ddof=1)) / math.sqrt(count)
    return _interval(float(values.mean()), half, (count, count))


def unpaired(
    base: Sequence[Sequence[float]], head: Sequence[Sequence[float]], alpha: float
) -> Interval | None:
    """Return the interval of level 1 - `alpha` from processes that ran at different times.

    Welch's interval (1947), as the sides may spread differently. Where a side has one process, its
    spread is not known: `stats.LONE_SPREAD` is taken, beside the medians' own uncertainty. None
    where single processes have too few samples even for that.

    Args:
        base: samples of each process of the base, seconds, none empty.
        head: those of the head.
        alpha: the chance that the interval misses the true ratio.

    """
    sides = [np.log([np.median(process) for process in side]) for side in (base, head)]
    difference = float(sides[1].mean() - sides[0].mean())
    processes = (len(base), len(head))
    if min(processes) < 2:
        errors = [_log_error(process) for side in (base, head) for process in side[:1]]
        if None in errors:
            return None
        variance = stats.LONE_SPREAD**2 + sum(error**2 for error in errors if error is not None)
        half = NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(variance)
        return _interval(difference, half, processes)
    variances = [float(side.var(ddof=1)) / len(side) for side in sides]
    total = sum(variances)
    if total == 0:  # a clock too coarse to tell the processes apart
        return _interval(difference, 0.0, processes)
    freedom = total**2 / sum(
        variance**2 / (count - 1) for variance, count in zip(variances, processes, strict=True)
    )
    return _interval(difference, stats.student(freedom, alpha) * math.sqrt(total), processes)


def _interval(log_ratio: float, half: float, processes: tuple[int, int]) -> Interval:
    ends = [_exp(log_ratio + sign * half) for sign in (-1, 0, 1)]
    return Interval(low=ends[0], ratio=ends[1], high=ends[2], processes=processes)


def _exp(value: float) -> float:
    """Two processes can give ends that no float holds: those say nothing anyway."""
    return math.exp(min(max(value, -700.0), 700.0))


def _log_error(process: Sequence[float]) -> float | None:
    """Return the standard error of the log of one process's median, from its 95 % interval."""
    found = stats.median(process)
    if found is None or found.low is None or found.high is None:
        return None
    return math.log(found.high / found.low) / (2 * NormalDist().inv_cdf(1 - stats.TAIL))
