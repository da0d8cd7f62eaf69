import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqbench.core import stats

SAMPLES = st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=300)


@given(SAMPLES)
def test_the_median_lies_within_its_interval_and_the_interval_within_the_samples(
    samples: list[float],
) -> None:
    found = stats.median(samples)
    assert found is not None
    assert found.value == pytest.approx(float(np.median(samples)))
    assert found.count == len(samples)
    if found.low is None or found.high is None:
        assert len(samples) < stats.samples_needed(0.5)
    else:
        assert min(samples) <= found.low <= found.value <= found.high <= max(samples)
        assert {found.low, found.high} <= set(samples)


@given(SAMPLES, st.randoms())
def test_the_order_of_samples_does_not_matter(samples: list[float], random: object) -> None:
    shuffled = list(samples)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis gives a random.Random
    assert stats.median(shuffled) == stats.median(samples)


@given(SAMPLES)
def test_a_p95_needs_its_samples(samples: list[float]) -> None:
    found = stats.percentile(samples, 95)
    if len(samples) < 72:
        assert found is None
    else:
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high


def test_no_property_is_held_to_a_time() -> None:
    """The first example imports scipy: on a busy machine that takes longer than Hypothesis lets."""
    assert settings().deadline is None


def test_no_samples_have_no_median() -> None:
    assert stats.median([]) is None
    assert stats.percentile([], 95) is None


def test_five_samples_have_a_median_but_no_interval_and_six_have_their_range() -> None:
    five, six = stats.median([1, 2, 3, 4, 5]), stats.median([1, 2, 3, 4, 5, 6])
    assert five == stats.Estimate(value=3, low=None, high=None, count=5)
    assert six == stats.Estimate(value=3.5, low=1, high=6, count=6)


@pytest.mark.parametrize(
    ("count", "ranks"),
    # Tabled ranks of the 95 % sign-test interval for a median.
    [(6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (15, (4, 12)), (25, (8, 18))],
)
def test_the_ranks_of_a_median_are_those_of_the_sign_test(
    count: int, ranks: tuple[int, int]
) -> None:
    found = stats.median(range(1, count + 1))
    assert found is not None
    assert (found.low, found.high) == ranks


@pytest.mark.parametrize(("share", "needed"), [(0.5, 6), (0.9, 36), (0.95, 72), (0.99, 368)])
def test_the_count_needed_is_the_least_that_bounds_the_quantile(share: float, needed: int) -> None:
    assert stats.samples_needed(share) == needed
    assert share**needed <= stats.TAIL < share ** (needed - 1)


@pytest.mark.parametrize(("share", "count"), [(0.5, 7), (0.5, 50), (0.95, 80), (0.95, 400)])
def test_intervals_cover_the_truth_as_often_as_they_say(share: float, count: int) -> None:
    rng = np.random.default_rng(20261120)
    truth, trials, covered = -math.log(1 - share), 2000, 0
    for _ in range(trials):
        found = stats.percentile(rng.exponential(size=count).tolist(), share * 100)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    # Three standard deviations of a binomial at the promised coverage.
    assert covered / trials > stats.CONFIDENCE - 3 * math.sqrt(0.05 * 0.95 / trials)
    # Seven samples cover 98.4 %: their ranks cannot be finer.
    assert covered / trials < 0.995


def test_many_samples_do_not_overflow() -> None:
    found = stats.median(range(4001))
    assert found is not None
    assert found.low is not None
    assert found.low == pytest.approx(2000 - 1.96 * math.sqrt(4001) / 2, abs=2)


def test_throughput_counts_the_examples_of_a_batch() -> None:
    assert stats.throughput(32, 0.5) == 64
    assert stats.throughput(32, 0) is None


PROCESSES = st.lists(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=20), max_size=9)


@given(PROCESSES, st.randoms())
def test_the_order_of_processes_does_not_matter(processes: list[list[float]], random: Any) -> None:
    shuffled = list(processes)
    random.shuffle(shuffled)
    one, other = stats.median_of_processes(processes), stats.median_of_processes(shuffled)
    assert (one is None) == (other is None) == (not processes)
    if one and other:
        assert one.value == other.value
        assert one.low == pytest.approx(other.low)
        assert one.high == pytest.approx(other.high)


@given(PROCESSES, st.floats(0.1, 10))
def test_an_interval_over_processes_scales_with_its_samples(
    processes: list[list[float]], factor: float
) -> None:
    one = stats.median_of_processes(processes)
    other = stats.median_of_processes([[factor * it for it in samples] for samples in processes])
    if one and other and one.low is not None and one.high is not None:
        assert one.low <= one.value <= one.high
        assert other.low == pytest.approx(factor * one.low)
        assert other.high == pytest.approx(factor * one.high)


def test_one_process_speaks_for_itself_and_six_by_their_range() -> None:
    assert stats.median_of_processes([[1, 2, 3, 4, 5, 6]]) == stats.median([1, 2, 3, 4, 5, 6])
    six = stats.median_of_processes([[float(number)] * 10 for number in (3, 1, 2, 6, 5, 4)])
    assert six == stats.Estimate(value=3.5, low=1, high=6, count=60)


def test_many_calls_do_not_stand_for_many_processes() -> None:
    """Two processes 1 % apart: the interval is 12.7 times half of that, however many calls."""
    for count in (10, 1000):
        found = stats.median_of_processes([[1.00] * count, [1.01] * count])
        assert found is not None
        assert found.low is not None
        assert math.log(found.value / found.low) == pytest.approx(12.706 * 0.01 / 2, rel=0.02)


def test_intervals_over_processes_hold_the_median_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    for count in (2, 3, 5, 6, 9):
        held = 0
        for _ in range(600):
            medians = np.exp(rng.normal(0.0, 0.05, count))
            found = stats.median_of_processes([[value] for value in medians])
            assert found is not None
            assert found.low is not None
            assert found.high is not None
            held += found.low <= 1.0 <= found.high
        assert held / 600 > 0.925  # 0.95 less three standard deviations of this count


def test_a_zero_has_no_interval_over_processes() -> None:
    found = stats.median_of_processes([[0.0], [1.0]])
    assert found == stats.Estimate(value=0.5, low=None, high=None, count=2)


def test_the_spread_is_of_medians() -> None:
    assert stats.spread([[1.0, 2.0, 9.0], [3.0]]) == pytest.approx(1 / 2.5)
    assert stats.spread([[1.0, 2.0]]) is None
    assert stats.spread([[0.0], [0.0]]) is None
