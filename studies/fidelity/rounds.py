"""What two sides measured that took turns: one median of each a round."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Our times and a tool's, of the same rounds.

    Attributes:
        own_s: our median of each round, seconds a call.
        native_s: the tool's.

    """

    own_s: Sequence[float]
    native_s: Sequence[float]

    @property
    def own_median_s(self) -> float:
        """Our median over all rounds."""
        return float(np.median(self.own_s))

    @property
    def native_median_s(self) -> float:
        """The tool's."""
        return float(np.median(self.native_s))

    @property
    def deviation(self) -> float:
        """Ours over the tool's, less one: the median of the rounds' ratios.

        What slows the machine for longer than a round meets both sides of a ratio.
        """
        return float(np.median(np.divide(self.own_s, self.native_s))) - 1

    def write(self, file: Path) -> None:
        """Write them to a file."""
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(file: Path) -> Rounds:
    """Return what a file holds."""
    return Rounds(**json.loads(file.read_text(encoding="utf-8")))
