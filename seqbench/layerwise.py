"""What each layer of a model makes of a batch, exactly and in float32."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.models.stateless import stateless
from seqbench.models.twin import float64_twin
from seqbench.parting import Layer
from seqbench.reference import distance
from seqbench.rounding import UNIT_ROUNDOFF, rounded
from seqbench.shifts import shiftable
from seqbench.substitutes import EXACT, Table, in_place
from seqbench.verdict import Case, largest

if TYPE_CHECKING:
    import keras


def layers(model: "keras.Sequential", x: np.ndarray, seed: int) -> list[Layer]:
    """Return every layer of numbers, those of nested Sequentials included, with its case.

    Args:
        model: the model.
        x: one batch, shape (rows, ...).
        seed: seeds the rounded runs, as in `seqbench.reference.cases`.

    """
    own = _compiled(model, {})(x)
    numbers = [i for i, value in enumerate(own) if value.dtype.kind in "fiubV"]
    twin = float64_twin(model)
    shifts = shiftable(twin)
    run = _compiled(twin, EXACT)
    exact = run(x)
    error = {i: largest(distance(own[i], exact[i])) for i in numbers}
    for _ in rounded(twin, shifts, seed, UNIT_ROUNDOFF):
        again = run(x)
        error = {
            i: np.fmax(found, largest(distance(again[i], exact[i]))) for i, found in error.items()
        }
    leaves = list(_leaves(model, ""))
    return [_layer(*leaves[i], x, exact[i].astype(np.float64), own[i], error[i]) for i in numbers]


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


def _leaves(model: "keras.Sequential", prefix: str) -> "Iterator[tuple[str, keras.Layer]]":
    """Yield the layers with their names; within a nested Sequential `nested/name`."""
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.Sequential):
            yield from _leaves(layer, f"{prefix}{layer.name}/")
        else:
            yield f"{prefix}{layer.name}", layer


def _compiled(
    model: "keras.Sequential", substitutes: Table
) -> Callable[[np.ndarray], list[np.ndarray]]:
    """Return what gives every layer's output for one batch."""
    import tensorflow as tf

    dtype = model.inputs[0].dtype
    stack = [layer for _, layer in _leaves(model, "")]

    def infer(x: Any) -> list[Any]:
        found = []
        with in_place(substitutes), stateless(model):
            for layer in stack:  # masks travel on the tensors, as in a Sequential
                x = layer(x, training=False)
                found.append(x)
        return found

    function = tf.function(infer, autograph=False)
    return lambda x: [value.numpy() for value in function(tf.cast(x, dtype))]
