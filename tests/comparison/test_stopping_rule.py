"""When the pairs end, and that looking several times raises no false alarms."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from seqbench.comparison.ab.process_pair import Pair
from seqbench.comparison.intervals import paired
from seqbench.comparison.stopping_rule import ANALYSES, FEWEST_PAIRS, Settled, settle
from seqbench.comparison.verdicts import FALSE_ALARMS, Verdict

TRIALS = 600


def pair(log_ratio: float) -> Pair:
    return Pair(base=(1.0, 1.0), head=(math.exp(log_ratio),) * 2)


class Clock:
    """Stands still until a pair is measured."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def settled(log_ratios: Iterator[float], pair_s: float = 0.5, seconds: float = 20.0) -> Settled:
    clock = Clock()

    def measure() -> Pair:
        clock.seconds += pair_s
        return pair(next(log_ratios))

    return settle(measure, alpha=FALSE_ALARMS, min_effect=0.02, seconds=seconds, now=clock)


def normal(true: float, spread: float, seed: int) -> Iterator[float]:
    generator = np.random.default_rng(seed)
    return iter(generator.normal(math.log(true), spread, ANALYSES[-1]))


def rate(verdict: Callable[[Verdict], bool], true: float, spread: float) -> float:
    found = [settled(normal(true, spread, seed)).verdict for seed in range(TRIALS)]
    return sum(map(verdict, found)) / TRIALS


@pytest.mark.parametrize("spread", [0.003, 0.01, 0.04])
def test_a_thing_against_itself_raises_few_alarms_over_all_looks(spread: float) -> None:
    assert rate(lambda it: it in (Verdict.WORSE, Verdict.BETTER), 1.0, spread) <= 0.02


@pytest.mark.parametrize(("true", "spread"), [(1.02, 0.006), (1.05, 0.015)])
def test_effects_are_found(true: float, spread: float) -> None:
    assert rate(lambda it: it is Verdict.WORSE, true, spread) > 0.95


def test_it_stops_at_the_first_look_that_settles_it() -> None:
    found = settled(normal(1.2, 0.001, 0))
    assert found.verdict is Verdict.WORSE
    assert len(found.pairs) == ANALYSES[0]
    assert found.elapsed_s == ANALYSES[0] * 0.5


def test_it_goes_on_while_nothing_is_settled() -> None:
    found = settled(iter([-1.0, 1.0] * ANALYSES[-1]))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert len(found.pairs) == ANALYSES[-1]


def test_it_ends_with_the_time_and_never_before_the_fewest_pairs() -> None:
    assert len(settled(iter([-1.0, 1.0] * 20), pair_s=2.5).pairs) == 8
    assert len(settled(iter([-1.0, 1.0] * 20), pair_s=30.0).pairs) == FEWEST_PAIRS


def test_the_last_look_spends_what_is_left() -> None:
    cases = [(5.0, 4, 1.0), (3.0, 6, 0.5), (0.1, ANALYSES[-1], 0.5 ** (len(ANALYSES) - 1))]
    for pair_s, count, part in cases:
        found = settled(iter([-0.5, 0.5] * 20), pair_s=pair_s)
        assert len(found.pairs) == count
        expected = paired([-0.5, 0.5] * (count // 2), FALSE_ALARMS * part)
        assert found.ratio.high == pytest.approx(expected.high)


def test_a_pair_is_the_median_of_its_rounds() -> None:
    found = Pair(base=(1.0, 2.0, 4.0), head=(1.1, 2.2, 400.0))
    assert found.log_ratio == pytest.approx(math.log(1.1))
