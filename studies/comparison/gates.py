"""What flags a pair: `seqbench ab`'s way, as it is, and two others on the same models."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from seqbench.comparison.ab import process_pair
from seqbench.comparison.stopping_rule import settle
from seqbench.comparison.verdicts import FALSE_ALARMS, MIN_EFFECT
from studies.comparison import rivals
from studies.comparison.subject import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What a gate says of one pair.

    Attributes:
        verdict: `worse`, or another word of the gate's own.
        ratio: head over base as the gate has it; None where it does not say.
        processes: how many of each side it ran.

    """

    verdict: str
    ratio: float | None
    processes: int


Gate = Callable[[Subject, int, float], Flag]
"""Compares the subject with itself and so many percent more, in so many seconds at most."""


def seqbench(subject: Subject, percent: int, seconds: float) -> Flag:
    """Do what `seqbench ab` does for one cell; better counts as worse does: both are alarms."""
    launches = [subject.launch(0), subject.launch(percent)]
    found = settle(
        partial(process_pair.measure, launches, np.random.default_rng()),
        alpha=FALSE_ALARMS,
        min_effect=MIN_EFFECT,
        seconds=seconds,
    )
    return Flag(verdict=str(found.verdict), ratio=found.ratio.ratio, processes=len(found.pairs))


def pytest_benchmark(subject: Subject, percent: int, seconds: float) -> Flag:  # noqa: ARG001 - its time is its own
    """Run `pytest --benchmark-compare-fail=median:5%`, else as it comes."""
    flagged, ratio = rivals.pytest_benchmark(
        subject.model(0), subject.model(percent), subject.inputs
    )
    return Flag(verdict="worse" if flagged else "passed", ratio=ratio, processes=1)


def pyperf(subject: Subject, percent: int, seconds: float) -> Flag:  # noqa: ARG001 - its time is its own
    """Run `pyperf compare_to`: significant by its t test, and slower."""
    word, ratio = rivals.pyperf(subject.model(0), subject.model(percent), subject.inputs)
    return Flag(verdict=word, ratio=ratio, processes=rivals.PYPERF_PROCESSES)


GATES: dict[str, Gate] = {
    "seqbench ab": seqbench,
    "pytest-benchmark median:5%": pytest_benchmark,
    "pyperf compare_to": pyperf,
}
"""Every gate by its name in the table; the first is seqbench's own."""
