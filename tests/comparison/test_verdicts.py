"""What follows from an interval, and how often it is wrong."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.comparison.intervals import Interval, paired
from seqbench.comparison.verdicts import FALSE_ALARMS, Verdict, alpha_of_cell, decide_verdict, worst

TRIALS = 2000
EFFECT = 0.02


def interval(low: float, high: float) -> Interval:
    return Interval(low=low, ratio=math.sqrt(low * high), high=high, processes=(5, 5))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.001, 1.03, Verdict.WORSE),
        (1.03, 1.05, Verdict.WORSE),
        (0.95, 0.999, Verdict.BETTER),
        (0.99, 1.01, Verdict.SAME),
        (1.005, 1.015, Verdict.SAME),
        (0.99, 1.03, Verdict.INCONCLUSIVE),
        (0.96, 1.01, Verdict.INCONCLUSIVE),
        (0.9, 1.1, Verdict.INCONCLUSIVE),
    ],
)
def test_each_verdict(low: float, high: float, verdict: Verdict) -> None:
    assert decide_verdict(interval(low, high), EFFECT) is verdict


@given(st.floats(0.5, 2), st.floats(1e-6, 1), st.floats(0.001, 0.5))
def test_swapping_the_sides_swaps_the_verdict(ratio: float, half: float, effect: float) -> None:
    found = decide_verdict(interval(ratio * math.exp(-half), ratio * math.exp(half)), effect)
    turned = decide_verdict(interval(math.exp(-half) / ratio, math.exp(half) / ratio), effect)
    swap = {Verdict.WORSE: Verdict.BETTER, Verdict.BETTER: Verdict.WORSE}
    assert turned is swap.get(found, found)


@given(st.floats(0.5, 2), st.floats(1e-6, 1), st.floats(0.001, 0.5))
def test_what_is_worse_is_estimated_at_half_the_effect_or_more(
    ratio: float, half: float, effect: float
) -> None:
    found = interval(ratio * math.exp(-half), ratio * math.exp(half))
    if decide_verdict(found, effect) is Verdict.WORSE:
        assert found.ratio >= math.sqrt(1 + effect) * (1 - 1e-12)


def rates(true: float, spread: float, cells: int = 1) -> dict[Verdict, float]:
    """How often each verdict is the worst over a family of cells, seeded."""
    generator = np.random.default_rng(5)
    found = []
    for _ in range(TRIALS // cells):
        family = generator.normal(math.log(true), spread, (cells, 8))
        alpha = alpha_of_cell(FALSE_ALARMS, cells)
        found.append(worst(decide_verdict(paired(pairs, alpha), EFFECT) for pairs in family))
    return {verdict: found.count(verdict) / len(found) for verdict in Verdict}


@pytest.mark.parametrize("spread", [0.002, 0.006, 0.03])
@pytest.mark.parametrize("cells", [1, 10])
def test_false_alarms_are_held_over_the_family(spread: float, cells: int) -> None:
    found = rates(1.0, spread, cells)
    assert found[Verdict.WORSE] + found[Verdict.BETTER] <= 0.015


def test_effects_are_found_at_the_spread_that_processes_have() -> None:
    assert rates(1.02, 0.006)[Verdict.WORSE] > 0.95
    assert rates(1.05, 0.006)[Verdict.WORSE] > 0.999
    assert rates(1 / 1.02, 0.006)[Verdict.BETTER] > 0.95


def test_an_effect_of_no_weight_is_the_same_where_that_can_be_seen() -> None:
    assert rates(1.005, 0.003)[Verdict.SAME] > 0.95


def test_the_worst_comes_first() -> None:
    assert worst([Verdict.SAME, Verdict.BETTER]) is Verdict.BETTER
    assert worst([Verdict.BETTER, Verdict.INCONCLUSIVE]) is Verdict.INCONCLUSIVE
    assert worst([Verdict.WORSE, Verdict.INCONCLUSIVE]) is Verdict.WORSE
    assert worst([]) is Verdict.SAME
