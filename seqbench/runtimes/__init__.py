"""What loads an artifact and runs it: one file a runtime, listed here in the order of reports."""

from seqbench.runtimes import keras, litert, onnxruntime, tensorflow, tfjs
from seqbench.runtimes.runtime import Load, LoadError, Runtime
from seqbench.session import LocalSession, Session, Tensor

RUNTIMES: dict[str, Runtime] = {
    runtime.name: runtime
    for runtime in (
        keras.RUNTIME,
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

__all__ = ["RUNTIMES", "Load", "LoadError", "LocalSession", "Runtime", "Session", "Tensor"]
