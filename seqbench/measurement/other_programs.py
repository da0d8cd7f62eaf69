"""What other programs do on this machine while something is timed."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from seqbench.core.record import NOTED_CPUS
from seqbench.machine.clock import Clock, clock

IDLE = ("idle", "iowait", "guest", "guest_nice")
"""Fields of psutil's CPU times that are no work, or (guests) are in another field already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """CPU time up to a moment.

    Attributes:
        at_s: the moment, by the clock.
        machine_s: CPU seconds of all that ran here, stolen ones included.
        own_s: CPU seconds of this process and of those that it started.

    """

    at_s: float
    machine_s: float
    own_s: float


def read_usage(now: Clock = clock) -> Usage:
    """Return the CPU times so far."""
    machine = psutil.cpu_times()._asdict()
    this = psutil.Process()
    ours = this.cpu_times()
    own_s = ours.user + ours.system + ours.children_user + ours.children_system
    for child in this.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            own_s += sum(child.cpu_times()[:2])
    busy_s = sum(value for name, value in machine.items() if name not in IDLE)
    return Usage(at_s=now(), machine_s=busy_s, own_s=own_s)


def foreign_cpus(before: Usage, after: Usage) -> float:
    """Return how many CPUs, on average, worked for others between two moments."""
    spent_s = (after.machine_s - before.machine_s) - (after.own_s - before.own_s)
    return max(0.0, spent_s / max(after.at_s - before.at_s, 1e-9))


def note(cpus: list[float], of: Any) -> str | None:
    """Return what to say of the foreign load in several processes; None where there is little."""
    if max(cpus, default=0.0) < NOTED_CPUS:
        return None
    return (
        f"other programs used up to {max(cpus):.1f} of {of} CPUs meanwhile: "
        "end them and time it again"
    )
