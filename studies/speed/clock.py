"""A command's time and memory, as its parent sees them, with all processes that it starts."""

import os
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
        cpu_s: seconds of CPU of all its processes; of what nobody waited for up to the last sample.
        together_bytes: the largest memory of all its processes together, as sampled; a page that
            several share counts once (Linux's proportional set size), elsewhere in each of them.
        status: its exit status.

    """

    wall_s: float
    cpu_s: float
    together_bytes: int
    status: int


def clocked(command: Sequence[str], log: Path) -> Clocked:
    """Run a command to its end; what it prints is added to `log`."""
    meter = _Meter()
    ended = threading.Event()

    def watch(process: psutil.Process) -> None:
        while not ended.wait(STEP_S):
            meter.read(process)

    with log.open("ab") as lines:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=lines, stderr=lines)
        watcher = threading.Thread(target=watch, args=[psutil.Process(process.pid)])
        watcher.start()
        _, ending, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(ending)
    ended.set()
    watcher.join()
    return Clocked(
        wall_s=wall_s,
        cpu_s=meter.cpu_s(process.pid, used.ru_utime + used.ru_stime),
        together_bytes=meter.peak_bytes,
        status=process.returncode,
    )


class _Meter:
    """What the processes of a command have used, each as it was last seen."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._own_s: dict[int, float] = {}
        self._waited_s: dict[int, float] = {}
        self._parent: dict[int, int] = {}

    def read(self, process: psutil.Process) -> None:
        """Look at a process and all below it."""
        total = 0
        with suppress(psutil.NoSuchProcess):
            for one in [process, *process.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    memory, times = one.memory_full_info(), one.cpu_times()
                    total += getattr(memory, "pss", memory.rss)
                    self._own_s[one.pid] = times.user + times.system
                    self._waited_s[one.pid] = times.children_user + times.children_system
                    self._parent[one.pid] = one.ppid()
        self.peak_bytes = max(self.peak_bytes, total)

    def cpu_s(self, first: int, waited_s: float) -> float:
        """Return the CPU time of all of them.

        Args:
            first: the command's own process.
            waited_s: what the system says that it and those used that were waited for.

        """
        own_s = self._own_s.setdefault(first, 0.0)
        self._waited_s[first] = max(waited_s - own_s, 0.0)
        return self._used(first)

    def _used(self, pid: int) -> float:
        """Return what a process used, and those below it, whether waited for or not.

        Where one is waited for, its parent knows better than the last look at it.
        """
        below = [child for child, parent in self._parent.items() if parent == pid and child != pid]
        seen = sum(self._used(child) for child in below)
        return self._own_s[pid] + max(seen, self._waited_s[pid])
