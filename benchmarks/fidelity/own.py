"""seqbench's median of one artifact: `python -m benchmarks.fidelity.own WAY ARTIFACT ROWS`.

A process of its own. `litert` and `onnxruntime` are seqbench's runtimes, timed as a cell is; the
two other ways put seqbench's loop around the very call that a runtime's own tool times, which moves
no input in and no output out. Prints about how long a call takes, waits for a line, measures and
prints the median; seconds.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fidelity import calls
from seqbench.runtimes import RUNTIMES
from seqbench.timing import Budget, Timing, measure

FIRST = Budget(warmup_s=0.5, measure_s=0.1, min_samples=7, max_samples=10**6)

BUDGET = Budget(warmup_s=1.0, measure_s=calls.MEASURE_S, min_samples=25, max_samples=10**6)
"""All of the time is used, as by the tools."""


def main(way: str, artifact: Path, rows: int) -> None:
    """Time one artifact, on one thread."""
    if way not in RUNTIMES:
        call: Callable[[], object] = calls.WAYS[way](artifact, rows)
        _twice(lambda budget: measure([call], budget))
        return
    with RUNTIMES[way].start() as load:
        session = load(artifact, "cpu", 1)
        xs = calls.inputs(session.input.shape, session.input.dtype, rows)
        _twice(lambda budget: session.measure(xs, budget))


def _twice(timed: Callable[[Budget], Timing]) -> None:
    for budget in (FIRST, BUDGET):
        print(float(np.median(timed(budget).samples_s)), flush=True)
        if budget is FIRST:
            sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
