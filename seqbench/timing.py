"""The only reader of a clock. Calls are timed to their end at the host; raw samples are kept."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Clock = Callable[[], float]

clock: Clock = time.perf_counter
"""Seconds from an arbitrary start, monotonic."""

SHORT_CALL_S = 20e-6
"""Calls shorter than this are timed several at once: a reading of the clock costs about 0.1 us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long to measure.

    Attributes:
        warmup_s: calls are made, unmeasured, for at least this long after the first.
        measure_s: sampling ends after this time, once it has `min_samples`.
        min_samples: fewest samples to take, whatever they cost.
        max_samples: sampling ends here even before `measure_s`.

    """

    warmup_s: float
    measure_s: float
    min_samples: int
    max_samples: int


QUICK = Budget(warmup_s=0.05, measure_s=0.3, min_samples=7, max_samples=400)
FULL = Budget(warmup_s=0.5, measure_s=3.0, min_samples=25, max_samples=4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Raw measurements of one call.

    Attributes:
        first_call_s: seconds of the first call, compilation included.
        samples_s: seconds per call, each the mean of `calls_per_sample` calls in a row.
        calls_per_sample: calls in each sample.

    """

    first_call_s: float
    samples_s: tuple[float, ...]
    calls_per_sample: int


def measure(calls: Sequence[Callable[[], object]], budget: Budget, now: Clock = clock) -> Timing:
    """Time `calls` in turn (the same work on several distinct inputs).

    Each call must return only when its output is at the host.
    """
    start = now()
    calls[0]()
    first_call_s = now() - start

    start, made = now(), 0
    while made < 2 or now() - start < budget.warmup_s:
        calls[made % len(calls)]()
        made += 1
    once_s = (now() - start) / made

    short = once_s < SHORT_CALL_S
    per_sample = round(10 * SHORT_CALL_S / max(once_s, 1e-9)) if short else 1
    samples: list[float] = []
    turn, started = 0, now()
    while len(samples) < budget.max_samples:
        batch = [calls[(turn + i) % len(calls)] for i in range(per_sample)]
        start = now()
        for call in batch:
            call()
        samples.append((now() - start) / per_sample)
        turn += per_sample
        if len(samples) >= budget.min_samples and now() - started >= budget.measure_s:
            break
    return Timing(first_call_s=first_call_s, samples_s=tuple(samples), calls_per_sample=per_sample)
