"""seqbench's times of one artifact: `python -m benchmarks.fidelity.own WAY ARTIFACT ROWS FILE`.

A process of its own. `litert` and `onnxruntime` are seqbench's runtimes, timed as a cell is; the
two other ways put seqbench's loop around the very call that a runtime's own tool times, which moves
no input in and no output out. Prints about how many seconds a call takes, waits for a line,
measures and writes what it found to FILE.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fidelity import calls
from benchmarks.fidelity.series import Series
from seqbench.runtimes import RUNTIMES
from seqbench.timing import Budget, Timing, clock, measure

FIRST = Budget(warmup_s=0.5, measure_s=0.1, min_samples=7, max_samples=10**6)

BUDGET = Budget(warmup_s=1.0, measure_s=calls.MEASURE_S, min_samples=25, max_samples=10**6)
"""All of the time is used, as by the tools."""


def main(way: str, artifact: Path, rows: int, file: Path) -> None:
    """Time one artifact, on one thread."""
    if way not in RUNTIMES:
        call: Callable[[], object] = calls.WAYS[way](artifact, rows)
        _twice(lambda budget: measure([call], budget), file)
        return
    with RUNTIMES[way].start() as load:
        session = load(artifact, "cpu", 1)
        xs = calls.inputs(session.input.shape, session.input.dtype, rows)
        _twice(lambda budget: session.measure(xs, budget), file)


def _twice(timed: Callable[[Budget], Timing], file: Path) -> None:
    print(np.median(timed(FIRST).samples_s), flush=True)
    sys.stdin.readline()
    found = timed(BUDGET)
    ended = clock()
    Series(times_s=found.samples_s, began=ended - found.sampled_s, ended=ended).write(file)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
