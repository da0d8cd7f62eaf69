"""One side of `seqbench ab`: a fresh process that loads one model and times a block when asked.

Lines of JSON. The first line in says what to load (`Work`), and is answered by `ready` with the
device; each further line asks for one block on the CPU that it names (`null`: on any), answered by
its samples. Anything that goes wrong is answered by `error`. It waits blocked on standard input and
ends with it; a runtime that needs no TensorFlow has none in this process.

The calling thread alone is put on that CPU: a runtime's own threads, which it has started by then,
stay where they may be.
"""

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core import codec
from seqbench.core.errors import one_line
from seqbench.machine import tether
from seqbench.runtimes import RUNTIMES

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
        threads: how many the runtime is given.
        block_s: how long a block lasts, seconds.

    """

    runtime: str
    artifact: Path
    inputs: Path
    device: str
    threads: int
    block_s: float


def main() -> int:
    """Serve until standard input ends."""
    tether.end_with_parent(os.getppid())
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a framework prints goes to the log, not between the answers

    def answer(**values: Any) -> None:
        answers.write(json.dumps(values) + "\n")

    try:
        _serve(codec.from_text(Work, sys.stdin.readline()), answer)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        traceback.print_exc()
        answer(error=one_line(error))
        return 1
    return 0


def _serve(work: Work, answer: Callable[..., None]) -> None:
    with RUNTIMES[work.runtime].start() as load:
        session = load(work.artifact, work.device, work.threads)
        batches = np.load(work.inputs, allow_pickle=False)
        xs = list(batches.astype(session.input.dtype))
        block = session.in_blocks(xs, WARMUP_S)
        answer(ready=session.ran_on)
        on: int | None = None
        for line in sys.stdin:
            cpu = json.loads(line)
            if cpu != on:
                os.sched_setaffinity(0, {cpu})
                on = cpu
            answer(samples_s=block(work.block_s))
        session.close()


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    os._exit(status)  # what is left to tear down holds nothing, and the next pair waits for it
