"""What each layer of a model makes of a batch, exactly and in float32."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.models.stateless import stateless
from seqbench.models.twin import float64_twin
from seqbench.parting import Layer
from seqbench.reference import ROUNDINGS
from seqbench.rounding import moved, shiftable
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
    twin = float64_twin(model)
    shift = shiftable(twin)
    run = _compiled(twin, EXACT)
    exact = run(x)
    error = [largest(_distance(one, other)) for one, other in zip(own, exact, strict=True)]
    weights, rng = twin.get_weights(), np.random.default_rng(seed)
    for _ in range(ROUNDINGS):
        twin.set_weights(weights)
        twin.set_weights(moved(twin, rng))
        shift(rng, 2.0**-24)
        error = [
            np.fmax(before, largest(_distance(one, other)))
            for before, one, other in zip(error, run(x), exact, strict=True)
        ]
    found = zip(_leaves(model, ""), own, exact, error, strict=True)
    return [
        Layer(
            name=name,
            kind=type(layer).__name__,
            config=json.loads(json.dumps(layer.get_config(), default=str)),
            case=Case(
                name=name,
                x=x,
                exact=exact.astype(np.float64),
                own=own,
                error=error,
                scale=largest(exact.astype(np.float64)),
            ),
        )
        for (name, layer), own, exact, error in found
        if own.dtype.kind in "fiubV"
    ]


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


def _distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.dtype.kind not in "fiubV":
        return np.zeros(one.shape)
    distance: np.ndarray = one.astype(np.float64) - other.astype(np.float64)
    return distance
