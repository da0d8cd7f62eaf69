"""A tool's turns and ours, in one process."""

import math
from collections.abc import Sequence

import numpy as np

from studies.fidelity.rounds import Rounds
from studies.fidelity.ways import Block

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

    def begin(self, block: Block) -> None:
        """Take turns with ours, which is warm."""
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
