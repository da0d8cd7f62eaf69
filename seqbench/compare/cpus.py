"""On which CPU both sides are timed: on one, since other programs slow each CPU differently."""

import os
import time

import numpy as np
import psutil

LOOK_S = 0.05
"""How long other programs are looked at: a few ticks of the system's clock."""

TICK_S = 0.01


def quiet(generator: np.random.Generator) -> int | None:
    """Return a CPU that other programs leave alone, any of them where there are several.

    The caller's own processes must be waiting. None where the system puts no process on a CPU.

    Args:
        generator: chooses among CPUs that are alike, so that no comparison rests on one.

    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    before = psutil.cpu_times(percpu=True)
    time.sleep(LOOK_S)
    after = psutil.cpu_times(percpu=True)
    idle_s = [now.idle - then.idle for then, now in zip(before, after, strict=True)]
    allowed = [cpu for cpu in sorted(os.sched_getaffinity(0)) if cpu < len(idle_s)]
    most = max((idle_s[cpu] for cpu in allowed), default=0.0)
    alike = [cpu for cpu in allowed if idle_s[cpu] >= most - TICK_S]
    return int(generator.choice(alike)) if alike else None
