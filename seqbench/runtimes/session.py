"""What every runtime gives back when it has loaded a model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from seqbench.timing import Budget, Timing, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """An input or output as the artifact declares it.

    Attributes:
        name: its name in the artifact.
        shape: its dimensions, batch first; None where it can vary; no batch for a scalar.
        dtype: numpy's name of its element type.

    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str


class Session(Protocol):
    """A loaded model in its runtime."""

    @property
    def input(self) -> Tensor:
        """The model's one input."""

    @property
    def output(self) -> Tensor:
        """The model's one output."""

    @property
    def ran_on(self) -> str:
        """The device on which it really runs, as the runtime says: `cpu`, `gpu` or `tpu`."""

    def run(self, x: np.ndarray) -> np.ndarray:
        """Return the output for one batch whose shape and dtype fit `input`."""

    def measure(self, xs: Sequence[np.ndarray], budget: Budget) -> Timing:
        """Time calls on the batches `xs` (of one shape) in turn, each to its end at the host."""

    def close(self) -> None:
        """Free what the session holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSession:
    """A session in this process.

    Attributes:
        input: the model's one input.
        output: the model's one output.
        ran_on: the device on which it really runs.
        bind: makes a function of no arguments that runs one batch and returns its output as an
            array at the host; what can be prepared before the call is.

    """

    input: Tensor
    output: Tensor
    ran_on: str
    bind: Callable[[np.ndarray], Callable[[], np.ndarray]]

    def run(self, x: np.ndarray) -> np.ndarray:
        """Return the output for one batch."""
        return self.bind(x)()

    def measure(self, xs: Sequence[np.ndarray], budget: Budget) -> Timing:
        """Time calls on the batches `xs` in turn."""
        return measure([self.bind(x) for x in xs], budget)

    def close(self) -> None:
        """Free nothing: the process ends with its session."""
