"""Keras itself, on each of its back ends: the model in a compiled function, and `predict()`."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.backends import current_backend, on_device
from seqbench.backends.unsupported import name_unsupported
from seqbench.core.errors import Unsupported
from seqbench.machine.frameworks import Framework
from seqbench.models.snapshot import restore
from seqbench.runtimes.runtime import Load, Runtime, in_process
from seqbench.runtimes.session import LocalSession, Session, Tensor


def _restore(folder: Path, device: str, threads: int) -> Any:
    import keras

    current_backend().set_threads(threads)
    with on_device(device), name_unsupported(folder.name):
        model = restore(folder)
    if keras.backend.backend() != "tensorflow" and model.inputs[0].dtype == "string":
        first = model.layers[0]
        msg = f"layer {first.name!r} ({type(first).__name__}): only TensorFlow has texts"
        raise Unsupported(msg)
    return model


def _session(
    model: Any,
    device_used: Callable[[], str],
    prepare: Callable[[np.ndarray], Any],
    call: Callable[[Any], np.ndarray],
) -> Session:
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
        device_used=device_used,
        prepare=prepare,
        call=call,
        memory=lambda: current_backend().memory_bytes(device_used()),
        around=lambda: name_unsupported(model.name),
    )


def _load(*, xla: bool) -> Load:
    """Return what restores a prepared model and compiles `model(x, training=False)`."""

    def load(artifact: Path, device: str, threads: int) -> Session:
        backend = current_backend()
        model = _restore(artifact, device, threads)
        infer = backend.infer(model, xla)
        ran_on = ""

        def prepare(x: np.ndarray) -> Any:
            with on_device(device):
                return backend.put(x)

        def call(batch: Any) -> np.ndarray:
            nonlocal ran_on
            output, ran_on = backend.at_host(infer(batch))
            return output

        return _session(model, lambda: ran_on, prepare, call)

    return load


def load_predict(artifact: Path, device: str, threads: int) -> Session:
    """Restore a prepared model from its folder to call `model.predict` on one batch at a time."""
    model = _restore(artifact, device, threads)

    def call(x: np.ndarray) -> np.ndarray:
        output: np.ndarray = model.predict(x, batch_size=len(x), verbose=0)
        return output

    # predict() gives arrays, which don't say where they were made; its variables do.
    _, ran_on = current_backend().at_host(model.variables[0].value)
    return _session(model, lambda: ran_on, lambda x: x, call)


def _runtime(name: str, framework: Framework, summary: str, *, xla: bool = False) -> Runtime:
    return Runtime(
        name=name,
        target=None,
        backend="tensorflow-xla" if xla else framework,
        summary=summary,
        packages=("keras", framework, "numpy"),
        needs=framework,
        devices=("cpu", "gpu") if framework == "torch" else ("cpu", "gpu", "tpu"),
        start=in_process(_load(xla=xla)),
        imports="keras",
        default=False,
    )


RUNTIME = replace(
    _runtime("keras", "tensorflow", "Keras on TensorFlow, the model in a compiled function"),
    default=True,
)
XLA = _runtime("keras-xla", "tensorflow", "Keras on TensorFlow, compiled by XLA", xla=True)
JAX = _runtime("keras-jax", "jax", "Keras on JAX, the model in a compiled function")
TORCH = _runtime("keras-torch", "torch", "Keras on PyTorch, operation by operation")

PREDICT = replace(
    RUNTIME,
    name="keras-predict",
    summary="Keras on TensorFlow, through model.predict()",
    devices=("cpu", "gpu"),
    start=in_process(load_predict),
)
