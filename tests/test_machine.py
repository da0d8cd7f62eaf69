"""What a process may take of the machine."""

import subprocess
import sys

import psutil

GREEDY = """
import mmap
from seqbench.machine import limit_memory

limit_memory()
kept = []
try:
    for _ in range({most}):
        kept.append(mmap.mmap(-1, 1 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
except OSError:
    pass
print(len(kept))
"""


def test_a_process_with_a_limit_is_denied_more_than_is_free() -> None:
    """Memory that is asked for and never touched costs nothing, but counts."""
    most = 2 * (psutil.virtual_memory().total >> 30) + 2
    code = GREEDY.format(most=most)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= psutil.virtual_memory().total >> 30
