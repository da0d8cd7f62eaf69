"""What a back end of Keras is, as far as seqbench needs it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A framework under Keras. Devices are `cpu`, `gpu` and `tpu`.

    Attributes:
        name: as Keras names it.
        jits: whether Keras compiles its own loops, such as `evaluate`, on it.
        set_threads: fixes the number of threads, before the framework's first operation.
        put: puts an array on the device of the context that `on_device` returns.
        at_host: returns a tensor's value once it is at the host, and the device that made it.
        infer: compiles `model(x, training=False)`, from tensor to tensor, through XLA or not.
        train: compiles a training step of a model that was given to `compile`, likewise.
        outputs: compiles arithmetic on one batch, with the variables that it uses, the shapes of
            batches that it takes, and their dtype.
        compile_gradient: compiles the gradient, by its first argument, of what ends in one number.
        float64: the context in which float64 is computed as such, or (False) the usual one.
        refuses: tells whether an exception means that a model takes no inputs of some shape.
        lacks: tells whether an exception means that the framework cannot do a thing at all.
        visible_devices: the devices that this process has.
        memory_bytes: the most of a device's own memory that was in use; None where it has none.

    """

    name: Framework
    jits: bool
    set_threads: Callable[[int], None]
    put: Callable[[np.ndarray], Any]
    at_host: Callable[[Any], tuple[np.ndarray, str]]
    infer: Callable[[Any, bool], Callable[[Any], Any]]
    train: Callable[[Any, bool], Training]
    outputs: Callable[[Callable[[Any], Any], Sequence[Any], Shape, str], Compiled]
    compile_gradient: Callable[[Callable[..., Any], Sequence[Any]], Compiled]
    float64: Callable[[bool], AbstractContextManager[Any]]
    refuses: Callable[[Exception], bool]
    lacks: Callable[[Exception], bool]
    visible_devices: Callable[[], set[str]]
    memory_bytes: Callable[[str], int | None]


def training_state(model: Any) -> tuple[list[Any], ...]:
    """Return a compiled model's variables: trained, not trained, the optimizer's, the metrics'."""
    return (
        list(model.trainable_variables),
        list(model.non_trainable_variables),
        list(model.optimizer.variables),
        list(model.metrics_variables),
    )
