"""One artifact by both sides: `python -m benchmarks.fidelity.turns TOOL WAY ARTIFACT ROWS FILE`.

Both measure in this process, on one CPU: a tool's loop pauses after some calls for ours to make as
many. Writes the rounds to FILE.
"""

import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.fidelity import tools, ways
from benchmarks.fidelity.rounds import Rounds
from seqbench.compare import cpus

ROUNDS = 200

TURN_S = 0.005
"""How long one side's turn lasts, one counted call at least."""


class Turns:
    """Ours between a tool's, once ours has begun.

    Attributes:
        call_s: about how many seconds a call takes.
        calls: how many calls fill a turn, with a first one that is not counted: it finds in the
            caches what the other side left there.
        rounds: how many turns there are of each side.

    """

    call_s: float
    calls: int
    rounds = ROUNDS

    def begin(self, block: Callable[[float], Sequence[float]]) -> None:
        """Take turns with what times a block of so many seconds, as `timing.in_blocks` makes it."""
        self._block, self._own_s = block, list[float]()
        self.call_s = float(np.median(block(TURN_S)))
        self.calls = 1 + math.ceil(TURN_S / self.call_s)

    def pause(self) -> None:
        """Let ours measure, after a turn of the tool's."""
        self._own_s.append(float(np.median(self._block(TURN_S))))

    def held(self, turns: Sequence[Sequence[float]]) -> Rounds:
        """Return ours beside the tool's turns, each its times, seconds a call, in their order."""
        native_s = [float(np.median(turn[1:])) for turn in turns]
        return Rounds(own_s=self._own_s, native_s=native_s)


def main(tool: str, way: str, artifact: Path, rows: int, file: Path) -> None:
    """Let both measure one artifact, on the CPU that other programs leave alone."""
    cpu = cpus.quiet(np.random.default_rng())
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})  # before there is any other thread
    turns = Turns()
    if way in ways.WAYS:  # else the tool's own session is ours too, and begins when it is there
        turns.begin(ways.WAYS[way](artifact, rows))
    turns.held(tools.TOOLS[tool](artifact, rows, turns)).write(file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
