"""A runtime for the target of docs/extending.md: TensorFlow, on the graph of a `.pb` file.

Tests put it into a copy of seqbench, as one file and one line in a table.
"""

from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.errors import LoadError
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.runtimes.session import LocalSession, Session, Tensor


def load(artifact: Path, device: str, threads: int) -> Session:
    """Load a frozen graph whose tensors `input:0` and `output:0` are its ends.

    Raises:
        LoadError: the file is no such graph.

    """
    import tensorflow as tf

    try:
        graph_def = tf.compat.v1.GraphDef.FromString(artifact.read_bytes())
        wrapped = tf.compat.v1.wrap_function(
            lambda: tf.graph_util.import_graph_def(graph_def, name=""), []
        )
        run = wrapped.prune("input:0", "output:0")
    except Exception as error:  # a broken file raises many kinds
        msg = f"TensorFlow cannot load {artifact.name}: {' '.join(str(error).split())}"
        raise LoadError(msg) from error

    def call(x: Any) -> np.ndarray:
        output: np.ndarray = run(x).numpy()
        return output

    return LocalSession(
        input=_tensor("input", run.inputs[0]),
        output=_tensor("output", run.outputs[0]),
        device_used=lambda: "cpu",
        prepare=tf.constant,
        call=call,
    )


def _tensor(name: str, value: Any) -> Tensor:
    return Tensor(name=name, shape=tuple(value.shape), dtype=value.dtype.name)


RUNTIME = Runtime(
    name="graph-def",
    target="graph_def",
    summary="TensorFlow, on a frozen graph",
    packages=("tensorflow", "numpy"),
    needs="tensorflow",
    devices=("cpu",),
    start=in_process(load),
    imports="tensorflow",
)
