"""TensorFlow: runs SavedModels, in a process of its own."""

from pathlib import Path
from typing import Any

import numpy as np

from seqbench.backends.tensorflow import at_host, memory_bytes, set_threads
from seqbench.core.errors import LoadError
from seqbench.runtimes.runtime import Runtime, in_process
from seqbench.runtimes.session import (
    LocalSession,
    Session,
    Tensor,
    dtype_name,
    say_judged,
)

SERVING = "serving_default"
"""The signature that TensorFlow Serving asks unless told otherwise."""


def load(artifact: Path, device: str, threads: int) -> Session:
    """Load a SavedModel's `serving_default` signature, else its only one."""
    import tensorflow as tf

    set_threads(threads)
    try:
        with tf.device(f"/{device.upper()}:0"):
            root = tf.saved_model.load(str(artifact))
    except Exception as error:  # a broken file raises many kinds
        msg = f"TensorFlow cannot load {artifact.name}: {' '.join(str(error).split())}"
        raise LoadError(msg) from error
    name, notes = _signature(root.signatures, artifact)
    function = root.signatures[name]
    inputs, outputs = function.structured_input_signature[1], function.structured_outputs
    if len(inputs) != 1:
        names = ", ".join(inputs) or "none"
        msg = f"{artifact.name}: signature {name!r} takes {len(inputs)} inputs ({names}), not one"
        raise LoadError(msg)
    ((input_name, spec),) = inputs.items()
    # Their order is another in each process.
    output_name, sink = min(outputs.items(), key=lambda item: item[0])
    notes += say_judged("outputs", sorted(outputs), output_name)

    ran_on = ""

    def prepare(x: np.ndarray) -> dict[str, Any]:
        with tf.device(f"/{device.upper()}:0"):
            return {input_name: tf.constant(x)}

    def call(feed: dict[str, Any]) -> np.ndarray:
        nonlocal ran_on
        output, ran_on = at_host(function(**feed)[output_name])
        return output

    # The signature's function dies with the object that it was loaded with.
    call.root = root  # type: ignore[attr-defined]

    return LocalSession(
        input=describe_tensor(input_name, spec),
        output=describe_tensor(output_name, sink),
        device_used=lambda: ran_on,
        prepare=prepare,
        call=call,
        all_tensors=lambda x: _all_tensors(function, x),
        memory=lambda: memory_bytes(ran_on),
        notes=notes,
    )


def _signature(signatures: Any, artifact: Path) -> tuple[str, tuple[str, ...]]:
    """Return the name of the signature to run, and what is to be said of the choice.

    Raises:
        LoadError: there is none, or there are several and none has TensorFlow Serving's name.

    """
    names = sorted(signatures)
    if SERVING in names:
        return SERVING, say_judged("signatures", names, SERVING)
    if len(names) == 1:
        return names[0], (f"its one signature is called {names[0]!r}, not {SERVING!r}",)
    msg = f"{artifact.name} has no signature: save it with one, called {SERVING!r}"
    if names:
        msg = (
            f"{artifact.name} has {len(names)} signatures ({', '.join(names)}), and none is called "
            f"{SERVING!r}, so which to judge is not known: save it with one of that name"
        )
    raise LoadError(msg)


def _all_tensors(function: Any, x: np.ndarray) -> list[np.ndarray]:
    """Run the signature with its functions inlined and every tensor as an output."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    inlined = convert_variables_to_constants_v2(
        function, lower_control_flow=False, aggressive_inlining=True
    )
    fetched = [
        tensor
        for op in inlined.graph.get_operations()
        for tensor in op.outputs
        if op.type not in ("Placeholder", "Const")
        and (tensor.dtype.is_floating or tensor.dtype.is_integer or tensor.dtype.is_bool)
    ]
    run = inlined.prune(inlined.inputs, fetched)
    return [np.asarray(value) for value in run(tf.constant(x))]


def describe_tensor(name: str, spec: Any) -> Tensor:
    """Return what a tensor of TensorFlow's, or a specification of one, declares, under a name."""
    sizes = tuple(spec.shape) if spec.shape.rank is not None else ()
    return Tensor(name=name, shape=sizes, dtype=dtype_name(spec.dtype.as_numpy_dtype))


RUNTIME = Runtime(
    name="tensorflow",
    target="saved_model",
    summary="TensorFlow, on a SavedModel in a process of its own",
    packages=("tensorflow", "numpy"),
    needs="tensorflow",
    devices=("cpu", "gpu"),
    start=in_process(load),
    imports="tensorflow",
)
