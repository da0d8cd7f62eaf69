"""What the study saw, as Markdown."""

import statistics
from collections.abc import Mapping, Sequence

from scipy.stats import beta

from seqbench.comparison.verdicts import FALSE_ALARMS, MIN_EFFECT
from studies.comparison.gates import GATES
from studies.comparison.study import Seen
from studies.comparison.subject import NODES
from studies.comparison.truth import Ratio

CONFIDENCE = 0.95

LIMITS = {0: 0.01, 2: 0.95, 5: 0.99}
"""Asked of seqbench's gate: at most so many false alarms, at least so much found."""


_WHAT = (
    "Pairs of a chain of matrix products in ONNX Runtime, and the same chain with more of them. "
    "A flag is a verdict of worse; of a thing against itself also one of better. In brackets the "
    "exact 95 % interval (Clopper-Pearson). seqbench's verdicts: false alarms at most "
    f"{FALSE_ALARMS:.0%}, minimum effect {MIN_EFFECT:.0%}."
)


def markdown(seen: Sequence[Seen], true: Mapping[int, Ratio], command: str) -> str:
    """Return the whole report."""
    parts = [
        "# How often a comparison is wrong, and what it finds",
        f"Made by `{command}`.",
        _WHAT,
        *_truth(true),
        _table(seen),
        *_spread(seen),
    ]
    return "\n\n".join(parts) + "\n"


def short_of(seen: Sequence[Seen]) -> list[str]:
    """Return where seqbench's gate does not do what is asked of it."""
    own = next(iter(GATES))
    found = []
    for condition, percent in _groups(seen, own):
        rate = _rate(_of(seen, condition, own, percent))
        limit = LIMITS[percent]
        if (rate > limit) if not percent else (rate < limit):
            found.append(f"{condition}, +{percent} %: {rate:.1%} flagged, asked for {limit:.0%}")
    return found


def bounds(flagged: int, count: int) -> tuple[float, float]:
    """Return the Clopper-Pearson interval of a rate (C. J. Clopper and E. S. Pearson, 1934)."""
    tail = (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, flagged, count - flagged + 1)) if flagged else 0.0
    high = float(beta.ppf(1 - tail, flagged + 1, count - flagged)) if flagged < count else 1.0
    return low, high


def _truth(true: Mapping[int, Ratio]) -> list[str]:
    if not true:
        return []
    said = "; ".join(
        f"+{percent} % of work is {ratio.mean - 1:+.2%} of time (standard error {ratio.error:.2%})"
        for percent, ratio in true.items()
    )
    return [f"Measured apart, in a bare loop over both models in one process: {said}."]


def _table(seen: Sequence[Seen]) -> str:
    heads = ["machine", "gate", *(f"+{percent} %" if percent else "itself" for percent in NODES)]
    lines = [[*heads, "seconds a pair", "load"], ["---"] * (len(heads) + 2)]
    for condition in dict.fromkeys(one.condition for one in seen):
        for gate in GATES:
            mine = [one for one in seen if (one.condition, one.gate) == (condition, gate)]
            if mine:
                rates = [_said(_of(seen, condition, gate, percent)) for percent in NODES]
                took = f"{statistics.median(one.elapsed_s for one in mine):.1f}"
                load = f"{statistics.median(one.load for one in mine):.1f}"
                lines.append([condition, gate, *rates, took, load])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _spread(seen: Sequence[Seen]) -> list[str]:
    found = []
    for gate in GATES:
        for condition, percent in _groups(seen, gate):
            mine = _of(seen, condition, gate, percent)
            ratios = [one.ratio for one in mine if one.ratio is not None]
            if not percent and len(ratios) > 1:
                words = sorted({one.verdict for one in mine})
                counts = [f"{sum(one.verdict == word for one in mine)} {word}" for word in words]
                found.append(
                    f"- {condition}, {gate}, against itself: the ratio's standard deviation is "
                    f"{statistics.stdev(ratios):.2%}; {', '.join(counts)}"
                )
    return ["\n".join(found)] if found else []


def _groups(seen: Sequence[Seen], gate: str) -> list[tuple[str, int]]:
    mine = {(one.condition, one.percent) for one in seen if one.gate == gate}
    return sorted(mine)


def _of(seen: Sequence[Seen], condition: str, gate: str, percent: int) -> list[Seen]:
    key = (condition, gate, percent)
    return [one for one in seen if (one.condition, one.gate, one.percent) == key]


def _rate(mine: Sequence[Seen]) -> float:
    return sum(one.flagged for one in mine) / len(mine)


def _said(mine: Sequence[Seen]) -> str:
    if not mine:
        return ""
    flagged = sum(one.flagged for one in mine)
    low, high = bounds(flagged, len(mine))
    return f"{flagged} of {len(mine)} ({low:.1%} to {high:.1%})"
