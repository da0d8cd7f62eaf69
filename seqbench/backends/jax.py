"""Keras on JAX."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from seqbench.backends.backend import Compiled, Shape, Training, training_state
from seqbench.machine.frameworks import Framework

NAME: Framework = "jax"
JITS = True


def set_threads(threads: int) -> None:
    """Fix the size of XLA's thread pool on the CPU, which it reads when the first device is made.

    Source: xla/pjrt/utils.cc, DefaultThreadPoolSize.
    """
    os.environ["NPROC"] = str(threads)


def put(x: np.ndarray) -> Any:
    """Return the array on the context's device."""
    import jax.numpy as jnp

    return jnp.asarray(x)


def at_host(tensor: Any) -> tuple[np.ndarray, str]:
    """Return the value and the platform of the device that it was on."""
    return np.asarray(tensor), next(iter(tensor.devices())).platform


def infer(model: Any, _: bool) -> Callable[[Any], Any]:
    """Compile `stateless_call`; the weights are arguments, so that they stay on the device."""
    import jax

    trained = [variable.value for variable in model.trainable_variables]
    others = [variable.value for variable in model.non_trainable_variables]
    function = jax.jit(lambda t, o, x: model.stateless_call(t, o, x, training=False)[0])
    return lambda x: function(trained, others, x)


def train(model: Any, _: bool) -> Training:
    """Compile `model.train_step` with its state given away at each step, as Keras's `fit` does."""
    import jax

    compiled = jax.jit(model.train_step, donate_argnums=0)
    state: tuple[list[Any], ...] | None = None

    def step(x: Any, y: Any) -> Any:
        nonlocal state
        if state is None:
            model._symbolic_build(data_batch=(x, y))  # makes the metrics and the optimizer
            state = tuple([variable.value for variable in part] for part in training_state(model))
        logs, state = compiled(state, (x, y))
        jax.block_until_ready(state)
        return logs["loss"]

    def finish() -> None:
        for part, values in zip(training_state(model), state or (), strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)

    return Training(step=step, finish=finish)


def _pure(function: Callable[..., Any], variables: Sequence[Any]) -> Callable[..., Any]:
    """Return a function of the variables' values and its own arguments."""
    import keras

    def pure(values: list[Any], *arguments: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(*arguments)

    return pure


def outputs(
    function: Callable[[Any], Any], variables: Sequence[Any], _: Shape, dtype: str
) -> Compiled:
    """Compile a function of one batch, for each size that comes."""
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(_pure(function, variables))

    def call(x: np.ndarray) -> np.ndarray:
        values = [variable.value for variable in variables]
        return np.asarray(compiled(values, jnp.asarray(x, dtype)))

    return call


def compile_gradient(function: Callable[..., Any], variables: Sequence[Any]) -> Compiled:
    """Compile a function's gradient by its first argument."""
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(jax.grad(_pure(function, variables), argnums=1))

    def call(*arrays: np.ndarray) -> np.ndarray:
        values = [variable.value for variable in variables]
        return np.asarray(compiled(values, *map(jnp.asarray, arrays)))

    return call


def float64(wanted: bool) -> AbstractContextManager[Any]:
    """Return the context in which JAX has 64-bit types, or has none."""
    import jax

    context: AbstractContextManager[Any] = jax.enable_x64(wanted)
    return context


def refuses(error: Exception) -> bool:
    """Tell whether an exception is of shapes that do not fit."""
    return isinstance(error, TypeError | ValueError)


def lacks(error: Exception) -> bool:
    """Tell whether an exception says that Keras has no such operation, or JAX no such shape."""
    import jax

    shapeless = (
        jax.errors.ConcretizationTypeError,
        jax.errors.NonConcreteBooleanIndexError,
        jax.errors.TracerArrayConversionError,
    )
    return isinstance(error, (NotImplementedError, *shapeless))


def visible_devices() -> set[str]:
    """Return the devices that JAX has in this process."""
    import jax

    return {device.platform for device in jax.devices()}


def memory_bytes(device: str) -> int | None:
    """Return the peak of a device's memory in use, as its allocator counts it."""
    import jax

    found = jax.devices(device)[0].memory_stats() or {}
    peak: int | None = found.get("peak_bytes_in_use")
    return peak
