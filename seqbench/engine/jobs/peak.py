"""Measure what this machine does at most, in a process of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from seqbench.engine.jobs.context import Context
from seqbench.engine.workers.messages import Job
from seqbench.measurement.roofline import Peak, measure_peak


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurePeak(Job[Peak]):
    """Measure what one core of this machine does at most."""

    results_as: ClassVar[Any] = Peak
    quiet: ClassVar[bool] = True

    def run(self, context: Context) -> Iterator[Peak]:
        """Yield the machine's peak."""
        context.say("measuring the machine's own peak")
        yield measure_peak()
