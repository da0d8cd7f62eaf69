"""A command's time and memory, as its parent sees them."""

import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

STEP_S = 0.25
"""How often the memory of all processes is added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """What a command took.

    Attributes:
        wall_s: seconds from its start to its end.
        together_bytes: the largest resident memory of all its processes together, as sampled;
            pages that several share are counted in each.
        status: its exit status.

    """

    wall_s: float
    together_bytes: int
    status: int


def clocked(command: Sequence[str], log: Path) -> Clocked:
    """Run a command to its end; what it prints is added to `log`."""
    peak = 0
    ended = threading.Event()

    def watch(process: psutil.Process) -> None:
        nonlocal peak
        while not ended.wait(STEP_S):
            peak = max(peak, _together(process))

    with log.open("ab") as lines:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=lines, stderr=lines)
        watcher = threading.Thread(target=watch, args=[psutil.Process(process.pid)])
        watcher.start()
        status = process.wait()
        wall_s = time.perf_counter() - start
    ended.set()
    watcher.join()
    return Clocked(wall_s=wall_s, together_bytes=peak, status=status)


def _together(process: psutil.Process) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        for one in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total
