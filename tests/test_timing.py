import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from seqbench.timing import SHORT_CALL_S, Budget, measure

BUDGET = Budget(warmup_s=0.01, measure_s=0.5, min_samples=5, max_samples=50)


class Clock:
    """A clock that work moves forward."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time

    def work(self, seconds: float) -> Callable[[], None]:
        def call() -> None:
            self.time += seconds

        return call


@given(st.floats(1e-7, 1.0))
def test_it_measures_what_a_call_takes(seconds: float) -> None:
    clock = Clock()
    timing = measure([clock.work(seconds)], BUDGET, clock)
    assert all(abs(sample - seconds) < 1e-6 * seconds + 1e-9 for sample in timing.samples_s)
    assert BUDGET.min_samples <= len(timing.samples_s) <= BUDGET.max_samples
    if abs(seconds - SHORT_CALL_S) > 1e-9:  # the sum of readings is not exact
        assert (timing.calls_per_sample > 1) == (seconds < SHORT_CALL_S)


def test_the_first_call_stands_apart() -> None:
    clock = Clock()
    durations = itertools.chain([5.0], itertools.repeat(0.001))

    def call() -> None:
        clock.time += next(durations)

    timing = measure([call], BUDGET, clock)
    assert timing.first_call_s == 5.0
    assert max(timing.samples_s) < 0.0011


def test_inputs_take_turns() -> None:
    clock = Clock()
    seen: list[int] = []

    def call(number: int) -> Callable[[], None]:
        def run() -> None:
            seen.append(number)
            clock.time += 0.01

        return run

    measure([call(0), call(1), call(2)], BUDGET, clock)
    sampled = seen[3:]
    assert {sampled.count(number) for number in range(3)} <= {
        len(sampled) // 3,
        len(sampled) // 3 + 1,
    }


def test_slow_calls_are_made_the_least_number_of_times() -> None:
    clock = Clock()
    assert len(measure([clock.work(10.0)], BUDGET, clock).samples_s) == BUDGET.min_samples
