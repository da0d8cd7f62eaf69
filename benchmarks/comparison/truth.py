"""What added work is in time, found without seqbench: both models in one process, call by call.

A bare loop: one call of each in turn, `time.perf_counter` around each, in several fresh processes;
the ratio of medians.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from seqbench.files import write_text

PROCESSES = 8

_LOOP = """
import json, sys, time
import numpy, onnxruntime
*models, inputs, seconds = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
feed = {"input": numpy.load(inputs)[0]}
sessions = [onnxruntime.InferenceSession(model, options) for model in models]
for session in sessions * 50:
    session.run(None, feed)
times, now, end = ([], []), time.perf_counter, time.perf_counter() + float(seconds)
while now() < end:
    for session, found in zip(sessions, times):
        start = now()
        session.run(None, feed)
        found.append(now() - start)
print(json.dumps([numpy.median(found) for found in times]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """More work over less, in time: the mean over processes and its standard error; unitless."""

    mean: float
    error: float


def kept(file: Path, find: Callable[[], dict[int, Ratio]]) -> dict[int, Ratio]:
    """Return the ratios that a file keeps; where there is none they are found, and kept."""
    if not file.exists():
        found = {str(percent): asdict(ratio) for percent, ratio in find().items()}
        write_text(file, json.dumps(found) + "\n")
    flat = json.loads(file.read_text(encoding="utf-8"))
    return {int(percent): Ratio(**ratio) for percent, ratio in flat.items()}


def measure(base: Path, head: Path, inputs: Path, seconds: float) -> Ratio:
    """Return the ratio of two models' times, found in so many seconds."""
    ratios = []
    for _ in range(PROCESSES):
        words = [str(base), str(head), str(inputs), str(seconds / PROCESSES)]
        done = subprocess.run(
            [sys.executable, "-c", _LOOP, *words], capture_output=True, text=True, check=True
        )
        less, more = json.loads(done.stdout)
        ratios.append(more / less)
    error = statistics.stdev(ratios) / len(ratios) ** 0.5
    return Ratio(mean=statistics.fmean(ratios), error=error)
