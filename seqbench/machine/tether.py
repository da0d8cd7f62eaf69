"""A process that ends with the one that started it, however that ends.

As a program (`tether.py PARENT PROGRAM ARGUMENT...`) it becomes PROGRAM, tethered; so it imports
nothing of the package.
"""

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux: it outlasts an exec, and a process's own children do not get it."""


def end_with_parent(parent: int) -> None:
    """Have Linux kill this process once the thread that started it ends; no more elsewhere.

    Args:
        parent: the process that started this one; where it has ended by now, so does this.

    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def tether_command(*command: str) -> tuple[str, ...]:
    """Return a command that ends with the process that calls this, also when that is killed."""
    return (sys.executable, "-I", "-S", __file__, str(os.getpid()), *command)


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted
