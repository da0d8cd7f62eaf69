"""Keras on TensorFlow, with XLA or without."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from seqbench.backends.backend import Compiled, Shape, Training
from seqbench.backends.tensorflow_devices import device_of
from seqbench.machine.frameworks import Framework

NAME: Framework = "tensorflow"
JITS = False


def set_threads(threads: int) -> None:
    """Fix TensorFlow's thread pools, before its first operation."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def put(x: np.ndarray) -> Any:
    """Return the array as a tensor on the context's device."""
    import tensorflow as tf

    return tf.constant(x)


def at_host(tensor: Any) -> tuple[np.ndarray, str]:
    """Return the tensor's value and its device."""
    return tensor.numpy(), device_of(tensor)


def infer(model: Any, xla: bool) -> Callable[[Any], Any]:
    """Compile the model's inference."""
    import tensorflow as tf

    function: Callable[[Any], Any] = tf.function(
        lambda x: model(x, training=False), autograph=False, jit_compile=xla
    )
    return function


def train(model: Any, xla: bool) -> Training:
    """Compile `model.train_step`."""
    import tensorflow as tf

    return Training(
        step=tf.function(
            lambda x, y: model.train_step((x, y))["loss"], autograph=False, jit_compile=xla
        )
    )


def outputs(function: Callable[[Any], Any], _: Sequence[Any], shape: Shape, dtype: str) -> Compiled:
    """Compile a function of one batch, traced once for all sizes."""
    import tensorflow as tf

    # Traced at once: only then does TensorFlow complain of a window longer than what it goes over.
    traced = tf.function(function, autograph=False).get_concrete_function(
        tf.TensorSpec(shape, dtype)
    )

    def call(x: np.ndarray) -> np.ndarray:
        output: np.ndarray = traced(tf.cast(x, dtype)).numpy()
        return _text(output) if output.dtype == object else output

    return call


def _text(words: np.ndarray) -> np.ndarray:
    """Return TensorFlow's strings, which are bytes, as numpy's text."""
    return np.array([word.decode() for word in words.flat], np.str_).reshape(words.shape)


def compile_gradient(function: Callable[..., Any], _: Sequence[Any]) -> Compiled:
    """Compile a function's gradient by its first argument."""
    import tensorflow as tf

    def gradient(x: Any, *others: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            reached = function(x, *others)
        return tape.gradient(reached, x, unconnected_gradients="zero")

    compiled = tf.function(gradient, autograph=False, reduce_retracing=True)
    return lambda *arrays: np.asarray(compiled(*map(tf.constant, arrays)))


def float64(_: bool) -> AbstractContextManager[None]:
    """Return no context: it has float64 wherever it is asked for."""
    return nullcontext()


def refuses(error: Exception) -> bool:
    """Tell whether an exception is of shapes that do not fit."""
    import tensorflow as tf

    return isinstance(error, tf.errors.OpError | ValueError)


def lacks(error: Exception) -> bool:
    """Tell whether an exception says that XLA has no such operation, or takes no such shape."""
    said = str(error)
    return (
        isinstance(error, NotImplementedError)
        or "unsupported operations when trying to compile" in said
        or "must be a compile-time constant" in said
    )


def visible_devices() -> set[str]:
    """Return the devices that TensorFlow has in this process."""
    import tensorflow as tf

    # A TPU is a logical device alone, once it is started.
    found = [*tf.config.list_physical_devices(), *tf.config.list_logical_devices()]
    return {device.device_type.lower() for device in found}


def memory_bytes(device: str) -> int | None:
    """Return the peak of a GPU's memory in use."""
    import tensorflow as tf

    if device != "gpu":
        return None
    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])
