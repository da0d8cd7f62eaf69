"""One side of `seqbench ab`: a fresh process that loads one model and times a block when asked.

Lines of JSON. The first line in says what to load (`Work`), and is answered by `ready` with the
device; each further line asks for one block, answered by its samples. Anything that goes wrong is
answered by `error`. It waits blocked on standard input and ends with it; a runtime that needs no
TensorFlow has none in this process.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.machine import threads
from seqbench.oneline import one_line
from seqbench.runtimes import RUNTIMES
from seqbench.timing import Budget

WARMUP_S = 0.1
"""Bound of the warm-up before the first block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a child loads and times.

    Attributes:
        runtime: name of the runtime.
        artifact: the file or folder that it loads.
        inputs: a `.npy` file of distinct batches, shape (batches, rows, ...).
        device: where it runs.
        block_s: how long a block lasts, seconds.

    """

    runtime: str
    artifact: str
    inputs: str
    device: str
    block_s: float

    def dumps(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self))


def main() -> int:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a framework prints goes to the log, not between the answers

    def answer(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")

    try:
        _serve(Work(**json.loads(sys.stdin.readline())), answer)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        answer(error=one_line(error))
        return 1
    return 0


def _serve(work: Work, answer: Callable[..., None]) -> None:
    with RUNTIMES[work.runtime].start() as load:
        session = load(Path(work.artifact), work.device, threads())
        batches = np.load(work.inputs, allow_pickle=False)
        xs = list(batches.astype(session.input.dtype))
        # Samples end with the time; a call longer than a block is a block of three.
        block = Budget(warmup_s=0, measure_s=work.block_s, min_samples=3, max_samples=10**9)
        session.measure(xs, Budget(warmup_s=WARMUP_S, measure_s=0, min_samples=1, max_samples=1))
        answer(ready=session.ran_on)
        for _ in sys.stdin:
            answer(samples_s=session.measure(xs, block).samples_s)
        session.close()


if __name__ == "__main__":
    sys.exit(main())
