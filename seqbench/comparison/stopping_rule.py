"""When to stop: pairs of processes until the verdict is settled or the time is spent.

Looking at the data after every pair and stopping when it pleases would raise false alarms. There
are few interim analyses, at numbers of pairs that are fixed beforehand, and each spends a part of
the false alarms (alpha spending, K. K. G. Lan and D. L. DeMets, Discrete sequential boundaries for
clinical trials, 1983): half of what is left, since most comparisons end at the first analysis.
Parts that add up to the whole hold it whatever the analyses have to do with each other. Where the
time ends between two analyses, the last one spends all that is left: when that is depends on the
clock and not on the ratio.
"""

from collections.abc import Callable
from dataclasses import dataclass

from seqbench.comparison import intervals
from seqbench.comparison.ab.process_pair import Pair
from seqbench.comparison.intervals import Interval
from seqbench.comparison.verdicts import Verdict, decide_verdict
from seqbench.machine.clock import Clock, clock

ANALYSES = (4, 6, 9, 13, 19, 28)
"""Numbers of pairs after which the interim analyses are made; the last of them is the end."""

FEWEST_PAIRS = 4
"""Pairs that are measured even where they take longer than the time given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the analyses came to.

    Attributes:
        verdict: the verdict.
        ratio: head over base with the interval of the last analysis.
        pairs: what was measured.
        elapsed_s: how long it took.

    """

    verdict: Verdict
    ratio: Interval
    pairs: tuple[Pair, ...]
    elapsed_s: float


def settle(
    measure: Callable[[], Pair],
    *,
    alpha: float,
    min_effect: float,
    seconds: float,
    now: Clock = clock,
) -> Settled:
    """Measure pairs until an analysis settles the verdict, or no further pair fits into the time.

    Args:
        measure: measures one pair of fresh processes.
        alpha: the chance of a false alarm that all analyses have together.
        min_effect: the smallest change that matters.
        seconds: the time given.
        now: a clock.

    """
    started, pairs = now(), list[Pair]()
    ahead, left = [*ANALYSES], alpha
    while True:
        pairs.append(measure())
        elapsed_s = now() - started
        count = len(pairs)
        over = count >= FEWEST_PAIRS and elapsed_s * (count + 1) / count > seconds
        if not over and count != ahead[0]:
            continue
        last = over or len(ahead) == 1
        spent = left if last else left / 2
        ratio = intervals.paired([pair.log_ratio for pair in pairs], spent)
        verdict = decide_verdict(ratio, min_effect)
        if last or verdict is not Verdict.INCONCLUSIVE:
            return Settled(verdict=verdict, ratio=ratio, pairs=tuple(pairs), elapsed_s=elapsed_s)
        ahead.pop(0)
        left -= spent
