"""What each layer of a model makes of a batch, exactly and in float32."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.backends.patches.registry import EXACT, Table, in_place
from seqbench.models.stack import leaves
from seqbench.models.stateless import start_from_zero_state
from seqbench.models.twin import float64_twin
from seqbench.verdict.locate.search import Layer
from seqbench.verdict.perturb.activations import make_shiftable
from seqbench.verdict.perturb.weights import round_as_narrow_dtypes, round_as_sums
from seqbench.verdict.reference import larger_errors, signed_error
from seqbench.verdict.tolerance import Case, largest

if TYPE_CHECKING:
    import keras


def compute_layer_outputs(model: "keras.Sequential", x: np.ndarray, seed: int) -> list[Layer]:
    """Return every layer of numbers, those of nested Sequentials included, with its case.

    Args:
        model: the model.
        x: one batch, shape (rows, ...).
        seed: seeds the rounded runs, as in `seqbench.verdict.reference.build_cases`.

    """
    answer = _compiled(model, {})
    own = answer(x)
    numbers = [name for name, value in own.items() if value.dtype.kind in "fiubV"]
    twin = float64_twin(model)
    shifts = make_shiftable(twin)
    run = _compiled(twin, EXACT)
    exact = run(x)
    error = {name: largest(signed_error(own[name], exact[name])) for name in numbers}
    with round_as_sums(twin, shifts, seed) as runs:
        for _ in runs:
            error = larger_errors(error, run(x), exact)
    with round_as_narrow_dtypes(model, seed) as runs:
        for _ in runs:
            error = larger_errors(error, answer(x), exact)
    stack = leaves(model)
    return [
        _layer(name, stack[name], x, exact[name].astype(np.float64), own[name], error[name])
        for name in numbers
    ]


def _layer(
    name: str,
    layer: "keras.Layer",
    x: np.ndarray,
    exact: np.ndarray,
    own: np.ndarray,
    error: np.ndarray,
) -> Layer:
    return Layer(
        name=name,
        kind=type(layer).__name__,
        config=json.loads(json.dumps(layer.get_config(), default=str)),
        case=Case(name=name, x=x, exact=exact, own=own, error=error, scale=largest(exact)),
    )


def _compiled(
    model: "keras.Sequential", patches: Table
) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """Return what gives every layer's output for one batch."""
    import tensorflow as tf

    dtype = model.inputs[0].dtype
    stack = leaves(model)

    def infer(x: Any) -> dict[str, Any]:
        found = {}
        with in_place(patches), start_from_zero_state(model):
            for name, layer in stack.items():  # masks travel on the tensors, as in a Sequential
                x = found[name] = layer(x, training=False)
        return found

    function = tf.function(infer, autograph=False)
    return lambda x: {name: y.numpy() for name, y in function(tf.cast(x, dtype)).items()}
