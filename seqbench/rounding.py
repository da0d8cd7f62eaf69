"""What float32 sums cost at most: weights moved as adding up one product after another moves them.

A sum of n products, added one by one in float32, is the exact sum of the same products with other
weights: each product carries the roundings of all sums that were made after it. Runtimes that add
up in blocks are nearer to the exact sum; none that is right is much further.
Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

UNIT_ROUNDOFF = float(np.finfo(np.float32).eps) / 2
"""The largest relative error of one float32 operation."""

ELEMENTWISE = frozenset({"bias", "embeddings", "alpha", "gamma", "beta"})
"""Weights that no layer adds up along an axis, whatever their shape."""


def moved(model: "keras.Sequential", rng: np.random.Generator) -> list[np.ndarray]:
    """Return the model's weights, moved at random by what float32 sums may move them."""
    owners = {
        id(variable): layer
        for layer in model._flatten_layers()  # the only walk that reaches cells
        for variable in layer._trainable_variables + layer._non_trainable_variables
    }
    weights = [(owners.get(id(variable)), variable) for variable in model.weights]
    lengths: dict[int, int] = {}
    for layer, variable in weights:
        length = _length(variable.shape, _summed(layer, variable))
        lengths[id(layer)] = max(length, lengths.get(id(layer), 1))
    return [
        _moved(np.asarray(variable), _summed(layer, variable), lengths[id(layer)], rng)
        for layer, variable in weights
    ]


def _summed(layer: Any, variable: Any) -> tuple[int, ...]:
    """Return the axes of a weight along which its layer adds up."""
    rank, name = len(variable.shape), variable.name
    if rank < 2 or name in ELEMENTWISE:
        return ()
    kind = type(layer).__name__
    if name == "depthwise_kernel" or kind.startswith("DepthwiseConv"):
        return tuple(range(rank - 2))
    if kind.startswith("Conv") and kind.endswith("Transpose"):
        return (*range(rank - 2), rank - 1)
    return tuple(range(rank - 1))


def _length(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return int(np.prod([shape[axis] for axis in axes], dtype=np.int64))


def _moved(
    value: np.ndarray, summed: tuple[int, ...], length: int, rng: np.random.Generator
) -> np.ndarray:
    """Move a weight by random walks along its summed axes, another by its layer's whole walk.

    A bias is where a sum may begin, so it carries the roundings of all `length` additions.
    """
    if value.dtype.kind != "f":
        return value
    if not summed:
        size = UNIT_ROUNDOFF * float(np.sqrt(length / 3))
        whole: np.ndarray = value * (1 + size * rng.standard_normal(value.shape))
        return whole
    first = np.moveaxis(value, summed, range(len(summed)))
    flat = first.reshape(_length(value.shape, summed), -1)
    steps = rng.uniform(-UNIT_ROUNDOFF, UNIT_ROUNDOFF, flat.shape)
    walks = np.cumsum(steps, axis=0).reshape(first.shape)
    back: np.ndarray = np.moveaxis(first * (1 + walks), range(len(summed)), summed)
    return back
