"""How much memory there is for work, read without any framework."""

from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

GROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where Linux says how much a container may have, since version 2 of control groups and before."""


@cache
def total_bytes() -> int:
    """Return the memory of this machine, or that of the container if it may have less."""
    found = [int(psutil.virtual_memory().total)]
    for path in GROUP_LIMITS:
        with suppress(OSError, ValueError):  # not there, or `max`
            found.append(int(path.read_text(encoding="ascii")))
    return min(found)
