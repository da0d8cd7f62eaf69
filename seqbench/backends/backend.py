"""What a back end of Keras is, as far as seqbench needs it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from seqbench.machine.frameworks import Framework

Shape = tuple[int | None, ...]
"""Dimensions of a batch; None where free."""

Compiled = Callable[..., np.ndarray]
"""Takes arrays, returns one; uses the values that its variables have at the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A compiled training step.

    Attributes:
        step: takes a batch and its labels on the device; returns the loss when all is done.
        finish: puts what was trained back into the model's variables.

    """

    step: Callable[[Any, Any], Any]
    finish: Callable[[], None] = lambda: None


class Backend(Protocol):
    """A framework under Keras: a module beside this one. Devices are `cpu`, `gpu` and `tpu`.

    Attributes:
        NAME: as Keras names it.
        JITS: whether Keras compiles its own loops, such as `evaluate`, on it.

    """

    NAME: Framework
    JITS: bool

    def set_threads(self, threads: int, /) -> None:
        """Fix the number of threads, before the framework's first operation."""

    def put(self, x: np.ndarray, /) -> Any:
        """Put an array on the device of the context that `on_device` returns."""

    def at_host(self, tensor: Any, /) -> tuple[np.ndarray, str]:
        """Return a tensor's value once it is at the host, and the device that made it."""

    def infer(self, model: Any, xla: bool, /) -> Callable[[Any], Any]:
        """Compile `model(x, training=False)`, from tensor to tensor, through XLA or not."""

    def train(self, model: Any, xla: bool, /) -> Training:
        """Compile a training step of a model that was given to `compile`, likewise."""

    def outputs(
        self, function: Callable[[Any], Any], variables: Sequence[Any], shape: Shape, dtype: str, /
    ) -> Compiled:
        """Compile arithmetic on one batch, with the variables that it uses and what it takes."""

    def compile_gradient(
        self, function: Callable[..., Any], variables: Sequence[Any], /
    ) -> Compiled:
        """Compile the gradient, by its first argument, of what ends in one number."""

    def float64(self, wanted: bool, /) -> AbstractContextManager[Any]:
        """Return the context in which float64 is computed as such, or the usual one."""

    def refuses(self, error: Exception, /) -> bool:
        """Tell whether an exception means that a model takes no inputs of some shape."""

    def lacks(self, error: Exception, /) -> bool:
        """Tell whether an exception means that the framework cannot do a thing at all."""

    def visible_devices(self) -> set[str]:
        """Return the devices that this process has."""

    def memory_bytes(self, device: str, /) -> int | None:
        """Return the most of a device's own memory that was in use; None where it has none."""


def training_state(model: Any) -> tuple[list[Any], ...]:
    """Return a compiled model's variables: trained, not trained, the optimizer's, the metrics'."""
    return (
        list(model.trainable_variables),
        list(model.non_trainable_variables),
        list(model.optimizer.variables),
        list(model.metrics_variables),
    )
