import gc
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.measurement.loop import (
    SAMPLE_S,
    SETTLED,
    SHORT_CALL_S,
    Budget,
    Timing,
    in_blocks,
    measure,
)

BUDGET = Budget(warmup_s=0.01, measure_s=0.5, min_samples=7, max_samples=50)


class Clock:
    """A clock that work moves forward, on one CPU."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time

    def work(self, seconds: float) -> None:
        self.time += seconds

    def works(self, durations: Any) -> Callable[[object], None]:
        coming = iter(durations)

        def call(_: object) -> None:
            self.time += next(coming)

        return call


def timed(clock: Clock, call: Callable[[Any], Any], budget: Budget = BUDGET) -> Timing:
    return measure(call, [None], budget, clock, clock)


def steady(clock: Clock, seconds: float, budget: Budget = BUDGET) -> Timing:
    return measure(clock.work, [seconds], budget, clock, clock)


@given(st.floats(2e-6, 1.0))
def test_it_measures_what_a_call_takes(seconds: float) -> None:
    clock = Clock()
    timing = steady(clock, seconds)
    assert all(abs(sample - seconds) < 1e-6 * seconds + 1e-9 for sample in timing.samples_s)
    assert BUDGET.min_samples <= len(timing.samples_s) <= BUDGET.max_samples
    if abs(seconds - SHORT_CALL_S) > 1e-9:  # the sum of readings is not exact
        assert (timing.calls_per_sample > 1) == (seconds < SHORT_CALL_S)
    if timing.calls_per_sample > 1:
        assert timing.calls_per_sample * seconds > 0.99 * SAMPLE_S
    assert timing.settled
    assert timing.loop_cost_s == 0  # empty calls take no time by this clock
    assert timing.cpu_s == pytest.approx(seconds, rel=1e-6, abs=1e-12)


def test_the_first_call_stands_apart() -> None:
    clock = Clock()
    timing = timed(clock, clock.works(itertools.chain([5.0], itertools.repeat(0.001))))
    assert timing.first_call_s == 5.0
    assert max(timing.samples_s) < 0.0011


@given(st.integers(1, 75), st.floats(1.1, 20.0))
def test_no_sample_is_of_the_warm_up(slow: int, factor: float) -> None:
    """Two windows of 40 slow calls each must agree: fewer slow calls than that leave no trace."""
    clock = Clock()
    durations = itertools.chain([1e-3 * factor] * slow, itertools.repeat(1e-3))
    timing = timed(clock, clock.works(durations), replace(BUDGET, warmup_s=0.4 * factor))
    assert timing.settled
    assert max(timing.samples_s) == pytest.approx(1e-3)


def test_calls_that_get_faster_and_faster_have_not_settled() -> None:
    clock = Clock()
    falling = (1e-3 * (1 - 2 * SETTLED) ** n for n in range(500))
    budget = Budget(warmup_s=2e-3, measure_s=0.0, min_samples=3, max_samples=5)
    timing = timed(clock, clock.works(falling), budget)
    assert not timing.settled
    assert 2e-3 <= timing.warmup_s < 4e-3


def test_a_narrow_interval_ends_the_sampling() -> None:
    clock = Clock()
    timing = steady(clock, 1e-3, replace(BUDGET, max_samples=10_000))
    assert timing.ended == "precision"
    assert timing.sampled_s == pytest.approx(0.2 * BUDGET.measure_s, rel=0.05)


@given(st.floats(1e-4, 0.01), st.integers(2, 40))
def test_a_wide_interval_uses_up_the_budget(seconds: float, most: int) -> None:
    clock = Clock()
    call = clock.works(itertools.cycle([seconds, 2 * seconds, seconds, 3 * seconds, 2 * seconds]))
    budget = replace(BUDGET, min_samples=2, max_samples=most, precision=0.01)
    timing = timed(clock, call, budget)
    if timing.ended == "samples":
        assert len(timing.samples_s) == most
    else:
        assert timing.ended == "time"
        assert timing.sampled_s >= budget.measure_s


def test_inputs_take_turns_and_answer_at_the_end() -> None:
    clock = Clock()
    seen: list[int] = []

    def call(number: int) -> int:
        seen.append(number)
        clock.time += 0.01
        return number

    timing = measure(call, [0, 1, 2], BUDGET, clock, clock)
    assert [int(output) for output in timing.outputs] == [0, 1, 2]
    sampled = seen[-len(timing.samples_s) - 3 : -3]
    assert {sampled.count(number) for number in range(3)} <= {
        len(sampled) // 3,
        len(sampled) // 3 + 1,
    }


def test_a_sample_of_short_calls_has_every_input_alike() -> None:
    clock = Clock()
    timing = measure(clock.work, [1e-6, 2e-6, 6e-6], BUDGET, clock, clock)
    assert timing.calls_per_sample % 3 == 0
    assert timing.samples_s == pytest.approx([3e-6] * len(timing.samples_s))


def test_the_number_of_calls_can_be_another_process_s() -> None:
    clock = Clock()
    budget = replace(BUDGET, calls_per_sample=10)
    timing = measure(clock.work, [1e-6, 3e-6, 5e-6], budget, clock, clock)
    assert timing.calls_per_sample == 10
    assert np.mean(timing.samples_s[:3]) == pytest.approx(3e-6)


def test_slow_calls_are_made_the_least_number_of_times() -> None:
    clock = Clock()
    timing = steady(clock, 10.0)
    assert (len(timing.samples_s), timing.ended) == (BUDGET.min_samples, "time")


def test_no_more_samples_are_taken_than_the_most() -> None:
    timing = steady(Clock(), 1e-3, replace(BUDGET, min_samples=9, max_samples=5))
    assert (len(timing.samples_s), timing.ended) == (5, "samples")


def test_an_output_that_the_runtime_writes_again_is_kept_as_it_was() -> None:
    buffer = np.zeros(1)

    def call(number: int) -> np.ndarray:
        buffer[0] = number
        return buffer

    timing = measure(call, [1, 2], replace(BUDGET, measure_s=0.001))
    assert [float(output[0]) for output in timing.outputs] == [1.0, 2.0]


def test_the_garbage_collector_rests_meanwhile() -> None:
    clock, seen = Clock(), []

    def call(_: object) -> None:
        clock.time += 0.01
        seen.append(gc.isenabled())

    timed(clock, call)
    assert not any(seen[1:-1])
    assert gc.isenabled()


def test_a_block_counts_no_first_call_and_ends_with_its_time() -> None:
    clock, cold = Clock(), list[float]()

    def call(_: object) -> None:
        clock.time += cold.pop() if cold else 1e-3

    block = in_blocks(call, [None], 0.01, clock)
    cold.append(1.0)  # what the other process left in the caches
    assert block(0.0045) == pytest.approx([1e-3] * 5)
    cold.append(1.0)
    assert block(0.0) == pytest.approx([1e-3])


def test_a_block_of_short_calls_has_samples_of_many() -> None:
    clock = Clock()
    began = clock()
    block = in_blocks(clock.work, [2e-6] * 4, 0.01, clock)
    assert clock() > began  # it was warmed up
    samples = block(1e-3)
    assert samples == pytest.approx([2e-6] * len(samples))
    assert 1e-3 / SAMPLE_S - 1 < len(samples) < 1e-3 / SAMPLE_S + 2
