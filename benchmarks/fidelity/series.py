"""What one side measured, and two sides held against each other window by window."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WINDOW_S = 0.02
"""Two turns of each side: what slows a machine for longer than this meets both alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Times in their order, by a clock that both sides share.

    Attributes:
        times_s: seconds a call, of each sample.
        began: when the first began, seconds.
        ended: when the last had ended.

    """

    times_s: Sequence[float]
    began: float
    ended: float

    def write(self, file: Path) -> None:
        """Write it to a file."""
        times = [float(f"{time:.6g}") for time in self.times_s]
        text = json.dumps({"times_s": times, "began": self.began, "ended": self.ended})
        file.write_text(text, encoding="utf-8")

    def between(self, began: float, ended: float) -> np.ndarray:
        """Return the times of a part, as if the samples lay evenly in it."""
        found = np.asarray(self.times_s, dtype=np.float64)
        ends = [
            round(len(found) * (at - self.began) / (self.ended - self.began))
            for at in (began, ended)
        ]
        return found[ends[0] : ends[1]]


def read(file: Path) -> Series:
    """Return what a file holds."""
    return Series(**json.loads(file.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Our times against a tool's, where both measured.

    Attributes:
        own_s: our median, seconds.
        native_s: the tool's.
        deviation: ours over the tool's, less one: the median over windows of the ratio of their
            medians.

    """

    own_s: float
    native_s: float
    deviation: float


def hold(own: Series, native: Series) -> Held:
    """Hold one side against the other.

    Raises:
        ValueError: they did not measure at the same time.

    """
    began, ended = max(own.began, native.began), min(own.ended, native.ended)
    if ended - began < WINDOW_S:
        msg = f"both measured at once for {max(0.0, ended - began):.3f} s only"
        raise ValueError(msg)
    ours, theirs = own.between(began, ended), native.between(began, ended)
    count = min(math.floor((ended - began) / WINDOW_S), len(ours), len(theirs))
    ratios = [
        np.median(mine) / np.median(other)
        for mine, other in zip(
            np.array_split(ours, count), np.array_split(theirs, count), strict=True
        )
    ]
    return Held(
        own_s=float(np.median(ours)),
        native_s=float(np.median(theirs)),
        deviation=float(np.median(ratios)) - 1,
    )
