"""Keras itself: the model in a compiled function, and `predict()` so that its cost is seen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.placement import Placed, set_threads
from seqbench.prepared import restore
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.session import LocalSession, Session, Tensor

Bind = Callable[[np.ndarray], Callable[[], np.ndarray]]


def _restore(folder: Path, device: str, threads: int) -> Any:
    import tensorflow as tf

    set_threads(threads)
    with tf.device(f"/{device.upper()}:0"):
        return restore(folder)


def _session(model: Any, where: Callable[[], str], bind: Bind) -> Session:
    import keras

    source, sink = model.inputs[0], model.outputs[0]
    return LocalSession(
        input=Tensor(
            name=source.name,
            shape=tuple(source.shape),
            dtype=keras.backend.standardize_dtype(source.dtype),
        ),
        output=Tensor(
            name=sink.name,
            shape=tuple(sink.shape),
            dtype=keras.backend.standardize_dtype(sink.dtype),
        ),
        where=where,
        bind=bind,
    )


def load(artifact: Path, device: str, threads: int) -> Session:
    """Restore a prepared model from its folder and compile `model(x, training=False)`."""
    import tensorflow as tf

    model = _restore(artifact, device, threads)
    placed = Placed()
    function = tf.function(lambda x: model(x, training=False), autograph=False)

    def bind(x: np.ndarray) -> Callable[[], np.ndarray]:
        with tf.device(f"/{device.upper()}:0"):
            batch = tf.constant(x)

        def call() -> np.ndarray:
            return placed.at_host(function(batch))

        return call

    return _session(model, placed.where, bind)


def load_predict(artifact: Path, device: str, threads: int) -> Session:
    """Restore a prepared model from its folder to call `model.predict` on one batch at a time."""
    model = _restore(artifact, device, threads)

    def bind(x: np.ndarray) -> Callable[[], np.ndarray]:
        def call() -> np.ndarray:
            output: np.ndarray = model.predict(x, batch_size=len(x), verbose=0)
            return output

        return call

    # predict() gives arrays, which don't say where they were made; its variables do.
    placed = Placed()
    placed.at_host(model.variables[0].value)
    return _session(model, placed.where, bind)


RUNTIME = Runtime(
    name="keras",
    target=None,
    summary="Keras on TensorFlow, the model in a compiled function",
    packages=("keras", "tensorflow", "numpy"),
    needs="tensorflow",
    devices=("cpu", "gpu", "tpu"),
    start=in_process(load),
    imports="keras",
)

PREDICT = Runtime(
    name="keras-predict",
    target=None,
    summary="Keras on TensorFlow, through model.predict()",
    packages=("keras", "tensorflow", "numpy"),
    needs="tensorflow",
    devices=("cpu", "gpu"),
    start=in_process(load_predict),
    imports="keras",
)
