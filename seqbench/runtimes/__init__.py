"""What loads an artifact and runs it: one file a runtime, listed here in the order of reports."""

from seqbench.runtimes import keras, litert, onnxruntime, tensorflow, tfjs
from seqbench.runtimes.runtime import Load, Runtime
from seqbench.runtimes.session import LocalSession, Session, Tensor

RUNTIMES: dict[str, Runtime] = {
    runtime.name: runtime
    for runtime in (
        keras.RUNTIME,
        keras.XLA,
        keras.JAX,
        keras.TORCH,
        keras.PREDICT,
        tensorflow.RUNTIME,
        litert.RUNTIME,
        onnxruntime.RUNTIME,
        tfjs.WASM,
        tfjs.CPU,
        tfjs.WEBGL,
    )
}
"""Every runtime by its name."""

BACKENDS: dict[str, Runtime] = {
    backend: next(found for found in RUNTIMES.values() if found.backend == backend)
    for backend in dict.fromkeys(found.backend for found in RUNTIMES.values())
    if backend is not None
}
"""The runtime on which models are trained, and asked at their fastest, by its back end of Keras:
the first in the table."""

__all__ = [
    "BACKENDS",
    "RUNTIMES",
    "Load",
    "LocalSession",
    "Runtime",
    "Session",
    "Tensor",
]
