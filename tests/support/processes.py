"""Real seqbench processes for tests: started, signalled, and looked for afterwards."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import psutil

T = TypeVar("T")

# Where `make test` runs in the background, SIGINT is ignored, and so it would be in a child.
_DEFAULT_SIGNALS = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, "-m", *sys.argv[1:]])
"""


def start(
    *words: object, cwd: Path, env: Mapping[str, str] | None = None, module: str = "seqbench"
) -> "subprocess.Popen[str]":
    """Start seqbench (or another module) with every signal at its default."""
    return subprocess.Popen(
        [sys.executable, "-c", _DEFAULT_SIGNALS, module, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=env,
    )


def completed(*words: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run seqbench in a process of its own to its end."""
    return subprocess.run(
        [sys.executable, "-m", "seqbench", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def outside_xdist() -> dict[str, str]:
    """Return the environment of a session of pytest of its own: it is no worker of this one.

    pytest-benchmark measures nothing in a worker, and goes by the environment.
    """
    return {name: value for name, value in os.environ.items() if "PYTEST_XDIST" not in name}


def wait_for(look: Callable[[], T], limit_s: float = 120.0) -> T:
    """Return what `look` finds, once it finds something."""
    end = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
    return found


def family(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Return every living process that a process started, directly or not."""
    return list(psutil.Process(process.pid).children(recursive=True))


def runs(process: psutil.Process, word: str) -> bool:
    """Whether a word is in a process's command line."""
    try:
        return any(word in part for part in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def survivors(processes: Sequence[psutil.Process], timeout_s: float = 2.0) -> list[psutil.Process]:
    """Return which processes still run after so many seconds.

    A zombie has ended; whoever adopted it when its parent died has not asked for its status yet,
    and may never do so.
    """
    end = time.monotonic() + timeout_s
    while (alive := [one for one in processes if not _ended(one)]) and time.monotonic() < end:
        time.sleep(0.05)
    return alive


def _ended(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
