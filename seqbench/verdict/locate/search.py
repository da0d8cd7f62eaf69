"""Where an artifact parts from the model: the first layer whose output it does not hold.

An artifact computes the same layers one after another, whatever its format calls them. So the
output of each layer of the model is looked for, by its values, among the tensors of the artifact.
Numpy only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np

from seqbench.verdict import tolerance
from seqbench.verdict.tolerance import Case

CLOSE = 1.0
"""The largest error, in units of the tolerance, at which a tensor is a layer's output."""

FIT = 2e-5
"""What a scale and an offset for each channel may leave over, of the layer's own spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of the model with what it makes of one batch.

    Attributes:
        name: its name in the model.
        kind: its class.
        config: its configuration, JSON values.
        case: the batch, and what the layer makes of it.

    """

    name: str
    kind: str
    config: dict[str, Any]
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where an artifact parts from the model.

    Attributes:
        layer: the name of the first layer whose output the artifact does not hold.
        kind: its class.
        config: its configuration, JSON values.
        others: names of the next layers, of which the artifact shows no output either: they may be
            one operation in it.
        before: the last layer's name whose output it holds; None where that is the input.
        error_before: the largest error there; 0 at the input.
        error_after: the largest error of what comes nearest to the layer's output, or to that of
            the first layer after it that can be compared; None where nothing can.

    """

    layer: str
    kind: str
    config: dict[str, Any]
    others: tuple[str, ...]
    before: str | None
    error_before: float
    error_after: float | None


def select_rows(layer: Layer, rows: np.ndarray) -> Layer:
    """Return a layer with some rows of its batch; what they may differ by stays the batch's."""
    case = layer.case
    cut = replace(case, x=case.x[rows], exact=case.exact[rows], own=case.own[rows])
    return replace(layer, case=cut)


def find_divergence(layers: Sequence[Layer], tensors: Sequence[np.ndarray]) -> Divergence | None:
    """Return where the artifact parts from the model; None where it holds every layer's output.

    Args:
        layers: the model's layers in their order; their cases are of one batch.
        tensors: the artifact's tensors for that batch.

    """
    nearest = [_nearest(layer.case, tensors) for layer in layers]
    held = [i for i, found in enumerate(nearest) if found is not None and found[0] <= CLOSE]
    last = held[-1] if held else -1
    if last == len(layers) - 1:
        return None
    first = last + 1
    if _scales(layers, first) and _scaled(layers[first].case, tensors):
        first += 1  # what follows a right layer is its scale: the two are one operation there
    after = next((i for i in range(first, len(layers)) if nearest[i] is not None), None)
    found = nearest[after] if after is not None else None
    before = nearest[last] if held else None
    return Divergence(
        layer=layers[first].name,
        kind=layers[first].kind,
        config=layers[first].config,
        others=tuple(layer.name for layer in layers[first + 1 : after] if after is not None),
        before=layers[last].name if held else None,
        error_before=before[1] if before else 0.0,
        error_after=found[1] if found else None,
    )


def _nearest(case: Case, tensors: Sequence[np.ndarray]) -> tuple[float, float] | None:
    """Return the weight and the error of the tensor nearest to a layer's output; None without."""
    allowed = tolerance.tolerances(case) if case.own.dtype.kind in "fV" else None
    best: tuple[float, float] | None = None
    for found in _alike(case.exact, tensors):
        errors = tolerance.largest(found - case.exact)
        if not np.isfinite(errors).all():
            weight = error = np.inf
        elif allowed is None:
            weight = error = float(errors.max())
        else:
            weight, error = float((errors / allowed).max()), float(errors.max())
        if best is None or weight < best[0]:
            best = (weight, error)
    return best


def _alike(like: np.ndarray, tensors: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the tensors that may hold an output, in every order of axes that gives its shape."""
    sizes = [size for size in like.shape if size != 1]
    for tensor in tensors:
        if tensor.size != like.size or tensor.dtype.kind not in "fiub":
            continue
        values = np.squeeze(tensor.astype(np.float64))
        if sorted(values.shape) != sorted(sizes):
            yield values.reshape(like.shape)
            continue
        for order in permutations(range(values.ndim)):
            if [values.shape[axis] for axis in order] == sizes:
                yield values.transpose(order).reshape(like.shape)


def _scales(layers: Sequence[Layer], first: int) -> bool:
    """Whether the layer after the first is a scale and an offset for each channel."""
    return first + 1 < len(layers) and layers[first + 1].kind == "BatchNormalization"


def _scaled(case: Case, tensors: Sequence[np.ndarray]) -> bool:
    """Whether a tensor is a layer's output times a scale plus an offset, in each channel.

    Where a rectifier cut it off at a bound, what is left is looked at.
    """
    exact = case.exact.reshape(-1, case.exact.shape[-1])
    if len(exact) < tolerance.ROWS_PER_CHANNEL:
        return False
    spread = exact.std(axis=0)
    return any(
        _fits(found.reshape(exact.shape), exact, spread) for found in _alike(case.exact, tensors)
    )


def _fits(found: np.ndarray, exact: np.ndarray, spread: np.ndarray) -> bool:
    fitted = 0
    for channel in np.flatnonzero(spread > 0):
        y, x = found[:, channel], exact[:, channel]
        inner = (y > y.min()) & (y < y.max())
        if inner.sum() < tolerance.ROWS_PER_CHANNEL:
            continue
        slope, offset = np.polyfit(x[inner], y[inner], 1)
        if not abs(slope * x + offset - y)[inner].max() <= FIT * abs(slope) * spread[channel]:
            return False
        fitted += 1
    return fitted > 0
