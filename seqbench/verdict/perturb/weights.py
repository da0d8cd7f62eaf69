"""What floating arithmetic costs at most: weights moved as sums move them.

A sum of n products, added one by one and rounded, is the exact sum of the same products with other
weights: each product carries the roundings of all sums that were made after it. Runtimes that add
up in blocks are nearer to the exact sum; none that is right is much further.
Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.verdict.perturb.activations import ActivationShifts

if TYPE_CHECKING:
    import keras

UNIT_ROUNDOFF = float(np.finfo(np.float32).eps) / 2
"""The largest relative error of one float32 operation."""

FLOAT64_SHARE = float(np.finfo(np.float64).eps) / float(np.finfo(np.float32).eps)
"""What an error of float32 arithmetic is in float64's: errors are proportional to the roundoff."""

NARROW_ROUNDOFF = {"float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The same of operations in the dtypes that mixed precision computes in."""

ROUNDINGS = 4
"""How often a twin is run with its weights moved as sums may move them.

One float32 run can be right by luck where a single row decides a channel, and it adds up in
blocks where another runtime adds one by one: a few samples of the plainest order make the
yardstick steady, and fair to all.
"""

ELEMENTWISE = frozenset({"bias", "embeddings", "alpha", "gamma", "beta"})
"""Weights that no layer adds up along an axis, whatever their shape."""


@contextmanager
def round_as_sums(
    model: "keras.Sequential", shifts: ActivationShifts, seed: int
) -> Iterator[Iterator[None]]:
    """Give an iterator that puts the model off by what float32 sums may move it, in turn.

    It does so `ROUNDINGS` times. However the block ends, the model has its own weights, gates and
    averages again. `shifts` is what `make_shiftable` returned of the model.
    """
    weights, rng = model.get_weights(), np.random.default_rng(seed)

    def runs() -> Iterator[None]:
        for _ in range(ROUNDINGS):
            model.set_weights(weights)
            model.set_weights(move_weights(model, rng))
            shifts.move(rng, UNIT_ROUNDOFF)
            yield

    try:
        yield runs()
    finally:
        model.set_weights(weights)
        shifts.reset()


@contextmanager
def round_as_narrow_dtypes(model: "keras.Sequential", seed: int) -> Iterator[Iterator[None]]:
    """Give an iterator that puts weights off by what the dtypes that use them may round them by.

    Only layers that compute in less than float32 have such weights; a model without any is not run
    again. A sum in 8 bits can be right by luck, and a softmax of large sums then turns on it: with
    other weights its own arithmetic rounds another way. Two roundings each: of a product, and of
    the sum that it is added to. `ROUNDINGS` times in turn; however the block ends, the model has
    its own weights again.
    """
    import keras

    owners, rng = _owners(model), np.random.default_rng(seed)
    roundoffs = [
        NARROW_ROUNDOFF.get(owners[id(variable)].compute_dtype, 0.0)
        if id(variable) in owners and keras.backend.is_float_dtype(variable.dtype)
        else 0.0
        for variable in model.weights
    ]
    weights = model.get_weights()

    def runs() -> Iterator[None]:
        for _ in range(ROUNDINGS if any(roundoffs) else 0):
            model.set_weights(
                [
                    value * (1 + rng.uniform(-2 * size, 2 * size, value.shape)) if size else value
                    for value, size in zip(weights, roundoffs, strict=True)
                ]
            )
            yield

    try:
        yield runs()
    finally:
        model.set_weights(weights)


def move_weights(model: "keras.Sequential", rng: np.random.Generator) -> list[np.ndarray]:
    """Return the model's weights, moved at random by what float32 sums may move them."""
    owners = _owners(model)
    weights = [(owners.get(id(variable)), variable) for variable in model.weights]
    lengths: dict[int, int] = {}
    for layer, variable in weights:
        length = _length(variable.shape, _summed(layer, variable))
        lengths[id(layer)] = max(length, lengths.get(id(layer), 1))
    return [
        _moved(np.asarray(variable), _summed(layer, variable), lengths[id(layer)], rng)
        for layer, variable in weights
    ]


def _owners(model: "keras.Sequential") -> dict[int, Any]:
    """Return the layer of each variable, by the variable's id."""
    return {
        id(variable): layer
        for layer in model._flatten_layers()  # the only walk that reaches cells
        for variable in layer._trainable_variables + layer._non_trainable_variables
    }


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
