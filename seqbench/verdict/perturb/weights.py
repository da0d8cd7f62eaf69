"""What floating arithmetic costs at most: weights moved as sums move them.

A sum of n products, added one by one and rounded, is the exact sum of the same products with other
weights: each product carries the roundings of all sums that were made after it. Runtimes that add
up in blocks are nearer to the exact sum; none that is right is much further.
Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1.
"""

from collections.abc import Iterator, Sequence
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

PART = 1 << 18
"""How many elements of a weight are moved at once: what a core's cache holds."""

ELEMENTWISE = frozenset({"bias", "embeddings", "alpha", "gamma", "beta"})
"""Weights that no layer adds up along an axis, whatever their shape."""


@contextmanager
def round_as_sums(
    model: "keras.Sequential", shifts: ActivationShifts, seed: int, count: int = ROUNDINGS
) -> Iterator[Iterator[None]]:
    """Give an iterator that puts the model off by what float32 sums may move it, in turn.

    It does so `count` times. However the block ends, the model has its own weights, gates and
    averages again. `shifts` is what `make_shiftable` returned of the model.
    """
    kept = [_kept(np.asarray(variable)) for variable in model.weights]
    rng = np.random.default_rng(seed)

    def runs() -> Iterator[None]:
        for _ in range(count):
            move_weights(model, kept, rng)
            shifts.move(rng, UNIT_ROUNDOFF)
            yield

    try:
        yield runs()
    finally:
        for variable, weight in zip(model.weights, kept, strict=True):
            variable.assign(weight)
        shifts.reset()


def _kept(weight: np.ndarray) -> np.ndarray:
    """Return a copy of a weight, in float32 where that holds it: most twins' models are so."""
    narrow = weight.astype(np.float32) if weight.dtype.kind == "f" else weight
    return narrow if np.array_equal(narrow, weight) else weight.copy()


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
    if not any(roundoffs):
        yield iter(())
        return
    weights = model.get_weights()

    def runs() -> Iterator[None]:
        for _ in range(ROUNDINGS):
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


def move_weights(
    model: "keras.Sequential", weights: Sequence[np.ndarray], rng: np.random.Generator
) -> None:
    """Give a model these weights, moved at random by what float32 sums may move them."""
    owners = _owners(model)
    owned = [(owners.get(id(variable)), variable) for variable in model.weights]
    lengths: dict[int, int] = {}
    for layer, variable in owned:
        length = _length(variable.shape, _summed(layer, variable))
        lengths[id(layer)] = max(length, lengths.get(id(layer), 1))
    for (layer, variable), weight in zip(owned, weights, strict=True):
        value = weight
        if weight.dtype.kind == "f":
            wide = weight.astype(variable.dtype)
            value = _moved(wide, _summed(layer, variable), lengths[id(layer)], rng)
        variable.assign(value)


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

    A bias is where a sum may begin, so it carries the roundings of all `length` additions. The
    array itself is changed where it can be, a part at a time: large ones fill the memory.
    """
    if not summed:
        flat: np.ndarray = value.reshape(-1)
        size = UNIT_ROUNDOFF * float(np.sqrt(length / 3))
        for part in _parts(flat.size, 1):
            noise = rng.standard_normal(part.stop - part.start, dtype=np.float32)
            flat[part] *= 1 + size * noise.astype(np.float64)
        return flat.reshape(value.shape)
    first = np.moveaxis(value, summed, range(len(summed)))
    terms = _length(value.shape, summed)
    flat = first.reshape(terms, -1)
    for part in _parts(flat.shape[1], terms):
        steps = rng.random((terms, part.stop - part.start), dtype=np.float32)
        walks = np.cumsum((2 * steps - 1).astype(np.float64), axis=0)
        flat[:, part] *= 1 + UNIT_ROUNDOFF * walks
    return np.moveaxis(flat.reshape(first.shape), range(len(summed)), summed)


def _parts(length: int, each: int) -> Iterator[slice]:
    """Yield slices of `length`, of about `PART` elements where each stands for `each` of them."""
    step = max(PART // each, 1)
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))
