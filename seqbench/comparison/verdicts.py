"""Better, worse, same or inconclusive: what follows from the interval of a ratio."""

from collections.abc import Iterable
from enum import StrEnum

from seqbench.comparison.intervals import Interval

FALSE_ALARMS = 0.01
"""The chance, at most, that a comparison says better or worse of any cell that did not change.

It is held over all timing cells of a comparison together by giving each an equal part of it
(Bonferroni; Dunn, Multiple comparisons among means, 1961), which holds whatever the cells have to
do with each other.
"""

MIN_EFFECT = 0.02
"""The smallest change that matters, unless told otherwise; `make comparison` shows that it can be
seen in seconds: see studies/comparison."""


class Verdict(StrEnum):
    """What became of a cell from base to head."""

    WORSE = "worse"
    INCONCLUSIVE = "inconclusive"
    BETTER = "better"
    SAME = "same"


def decide_verdict(interval: Interval, min_effect: float) -> Verdict:
    """Return the verdict on a time.

    same: a change of `min_effect` or more, in either direction, lies outside the interval.
    worse, better: no change at all lies outside the interval, and one of `min_effect` inside.
    inconclusive: neither can be said.

    A true change of exactly `min_effect` is found as surely as the interval is narrow, since it is
    not the estimate that has to reach `min_effect`: that would miss every second one. The estimate
    of what is called worse still stands at half of it at least, the middle of its interval.
    """
    most = 1 + min_effect
    if interval.high < most and interval.low > 1 / most:
        return Verdict.SAME
    if interval.low > 1:
        return Verdict.WORSE
    if interval.high < 1:
        return Verdict.BETTER
    return Verdict.INCONCLUSIVE


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the one that a reader must see first; `same` where there are none."""
    order = list(Verdict)
    return min(verdicts, key=order.index, default=Verdict.SAME)


def alpha_of_cell(alpha: float, cells: int) -> float:
    """Return one cell's part of the false alarms of a family."""
    return alpha / max(cells, 1)
