"""seqbench's median of one artifact: `python -m benchmarks.fidelity.own WAY ARTIFACT`.

A process of its own. `litert` and `onnxruntime` are seqbench's runtimes, timed as a cell is; the
two other ways put seqbench's loop around the very call that a runtime's own tool times, which moves
no input in and no output out. Prints seconds.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fidelity import calls
from seqbench.runtimes import RUNTIMES
from seqbench.timing import Budget, measure

BUDGET = Budget(warmup_s=1.0, measure_s=calls.MEASURE_S, min_samples=25, max_samples=10**6)
"""All of the time is used, as by the tools."""


def median_s(way: str, artifact: Path) -> float:
    """Return the median seconds of a call, on one thread, batch 1."""
    if way in RUNTIMES:
        with RUNTIMES[way].start() as load:
            session = load(artifact, "cpu", 1)
            xs = calls.inputs(session.input.shape, session.input.dtype)
            return float(np.median(session.measure(xs, BUDGET).samples_s))
    call: Callable[[], object] = calls.WAYS[way](artifact)
    return float(np.median(measure([call], BUDGET).samples_s))


if __name__ == "__main__":
    print(median_s(sys.argv[1], Path(sys.argv[2])))
