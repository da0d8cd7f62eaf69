"""The intervals hold their level over processes that differ, and narrow as these grow in number."""

import math

import numpy as np
import pytest

from seqbench.comparison.intervals import paired, unpaired
from seqbench.core.stats import LONE_SPREAD

TRIALS = 1000


def processes(
    generator: np.random.Generator, count: int, spread: float, factor: float = 1.0
) -> list[list[float]]:
    """Samples of fresh processes: each has its own level, its calls scatter around it."""
    levels = 50e-6 * factor * np.exp(generator.normal(0, spread, count))
    return [list(level * np.exp(generator.normal(0, 0.02, 15))) for level in levels]


@pytest.mark.parametrize("count", [2, 5])
def test_a_thing_against_itself_lies_outside_no_more_often_than_alpha(count: int) -> None:
    generator = np.random.default_rng(1)
    missed = 0
    for _ in range(TRIALS):
        sides = [processes(generator, count, 0.01) for _ in range(2)]
        found = unpaired(sides[0], sides[1], 0.05)
        assert found is not None
        missed += not found.low <= 1 <= found.high
    assert missed / TRIALS < 0.05 + 3 * math.sqrt(0.05 * 0.95 / TRIALS)


def test_sides_that_spread_differently_hold_the_level_too() -> None:
    generator = np.random.default_rng(2)
    missed = 0
    for _ in range(TRIALS):
        found = unpaired(processes(generator, 4, 0.002), processes(generator, 8, 0.05), 0.05)
        assert found is not None
        missed += not found.low <= 1 <= found.high
    assert missed / TRIALS < 0.07


def test_pairs_hold_the_level_and_cover_the_true_ratio() -> None:
    generator = np.random.default_rng(3)
    missed = 0
    for _ in range(TRIALS):
        found = paired(list(generator.normal(math.log(1.05), 0.006, 6)), 0.01)
        missed += not found.low <= 1.05 <= found.high
    assert missed / TRIALS < 0.01 + 3 * math.sqrt(0.01 * 0.99 / TRIALS)


def test_the_ratio_is_head_over_base() -> None:
    found = unpaired([[1.0] * 9, [1.0] * 9], [[2.0] * 9, [2.0] * 9], 0.05)
    assert found is not None
    assert (found.low, found.ratio, found.high) == pytest.approx((2, 2, 2))
    assert found.processes == (2, 2)


def test_one_process_a_side_takes_the_spread_that_single_ones_were_seen_to_have() -> None:
    flat = [1.0] * 9
    found = unpaired([flat], [flat, flat], 0.05)
    assert found is not None
    assert found.high == pytest.approx(math.exp(1.95996 * LONE_SPREAD), rel=1e-4)
    assert found.processes == (1, 2)


def test_one_process_with_too_few_samples_has_no_interval() -> None:
    assert unpaired([[1.0] * 5], [[1.0] * 9], 0.05) is None


def test_ends_that_no_float_holds_are_the_widest_ones() -> None:
    found = paired([-1.0, 1.0], 1e-6)
    assert 0 < found.low < found.ratio < found.high < math.inf
