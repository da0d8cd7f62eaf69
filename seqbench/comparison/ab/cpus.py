"""On which CPU both sides are timed: on one, since other programs slow each CPU differently."""

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import psutil

LOOK_S = 0.05
"""How long other programs are looked at: a few ticks of the system's clock."""

TICK_S = 0.01


Times = Callable[[], Sequence[Any]]
"""Gives each CPU's times so far, in the order of their numbers, as psutil has them."""


def _times() -> Sequence[Any]:
    found: Sequence[Any] = psutil.cpu_times(percpu=True)
    return found


def choose_quiet_cpu(generator: np.random.Generator, times: Times = _times) -> int | None:
    """Return a CPU that other programs leave alone, any of them where there are several.

    The caller's own processes must be waiting. None where the system puts no process on a CPU.

    Args:
        generator: chooses among CPUs that are alike, so that no comparison rests on one.
        times: is asked twice, before and after the look.

    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    before = times()
    time.sleep(LOOK_S)
    after = times()
    idle_s = [now.idle - then.idle for then, now in zip(before, after, strict=True)]
    allowed = [cpu for cpu in sorted(os.sched_getaffinity(0)) if cpu < len(idle_s)]
    most = max((idle_s[cpu] for cpu in allowed), default=0.0)
    alike = [cpu for cpu in allowed if idle_s[cpu] >= most - TICK_S]
    return int(generator.choice(alike)) if alike else None
