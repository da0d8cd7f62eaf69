"""The machine idle, and with its other core busy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CONDITIONS = ("idle", "loaded")

_WORK = """
import numpy
x = numpy.random.default_rng(0).standard_normal((512, 512))
while True:
    x = numpy.linalg.qr(x @ x)[0]
"""


@contextmanager
def condition(name: str) -> Iterator[None]:
    """Keep the last core busy with matrix products for as long as it lasts, or nothing."""
    if name == "idle":
        yield
        return
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    busy = subprocess.Popen([sys.executable, "-c", _WORK], env={**os.environ, **one})
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(busy.pid, {max(os.sched_getaffinity(0))})
    try:
        yield
    finally:
        busy.kill()
        busy.wait()
