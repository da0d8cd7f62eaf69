"""Where an artifact parts from the model: the first layer whose output it does not hold.

An artifact computes the same layers one after another, whatever its format calls them. So the
output of each layer of the model is looked for, by its values, among the tensors of the artifact.
Converters make one operation of several layers: a normalization is folded into the sums next to
it, a rectifier is fused with them. There a tensor is held against what is left of a layer's output
behind the other: a scale and an offset for each channel, or a cut at two bounds. Where that does
not tell the layers apart, all of them are named. Numpy only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations
from typing import Any

import numpy as np

from seqbench.verdict import tolerance
from seqbench.verdict.tolerance import Case

CLOSE = 1.0
"""The largest error, in units of the tolerance, at which a tensor is a layer's output."""

Near = tuple[float, float]
"""How near a tensor is to a layer's output: its largest error, in tolerances and as it is."""

FIT = 2e-5
"""What a scale and an offset for each channel may leave over, of the layer's own spread."""

ROUNDED = 4 * float(np.finfo(np.float32).eps)
"""What they may leave over beside that, of the largest value: a small scale leaves little else."""

SLOPES = 1e-3
"""How far apart two scales may be, relative to them, that are taken for the same one."""

NEAR_ONE = 1.5
"""A factor that all channels have in common and that is further from 1 is that of the inputs: an
epsilon has one too, where all variances are alike, and a small one."""

SUMS = ("Dense", "Conv", "DepthwiseConv", "SeparableConv")
"""How the classes of layers begin that a scale of each channel can be folded into."""

SCALES = ("BatchNormalization", "Normalization", "Rescaling")
"""The classes of layers that are a scale and an offset."""

RECTIFIERS = ("ReLU", "Activation")
"""The classes of layers that may cut off what is below one bound and above another."""


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
        layer: the name of the first layer whose output the artifact does not hold; the last of all
            where it holds every layer's.
        kind: its class.
        config: its configuration, JSON values.
        others: names of the next layers that it may be as well: the artifact shows them together.
        beyond: whether it holds every layer's output, and does something more to the last.
        before: the last layer's name whose output it holds; None where that is the input.
        error_before: the largest error there; 0 at the input.
        error_after: the least of its tensors' largest errors behind the last of these layers,
            or of its own output beyond them; None where nothing can be compared.

    """

    layer: str
    kind: str
    config: dict[str, Any]
    others: tuple[str, ...]
    beyond: bool
    before: str | None
    error_before: float
    error_after: float | None


def select_rows(layer: Layer, rows: np.ndarray) -> Layer:
    """Return a layer with some rows of its batch; what they may differ by stays the batch's."""
    case = layer.case
    cut = replace(case, x=case.x[rows], exact=case.exact[rows], own=case.own[rows])
    return replace(layer, case=cut)


def find_divergence(
    layers: Sequence[Layer], tensors: Sequence[np.ndarray], output: np.ndarray
) -> Divergence | None:
    """Return where the artifact parts from the model; None where it holds every layer's output.

    Args:
        layers: the model's layers in their order; their cases are of one batch.
        tensors: the artifact's tensors for that batch.
        output: its answer to it.

    """
    nearest = [_nearest(layer.case, tensors) for layer in layers]
    for i, (layer, after) in enumerate(pairwise(layers)):
        if after.kind in RECTIFIERS:
            nearest[i] = _nearer(nearest[i], _cut_off(layer.case, tensors))
    held = [i for i, found in enumerate(nearest) if found is not None and found[0] <= CLOSE]
    last = held[-1] if held else -1
    every = last == len(layers) - 1
    if every and tolerance.compare_outputs(layers[-1].case, output).reason is None:
        return None
    dropped = _dropped(layers, last, tensors)
    if dropped is not None:
        i, off = dropped
        return _divergence(layers, nearest, (i, i), i - 1, off)
    if every:
        answer = _nearest(layers[-1].case, [output])
        return replace(_divergence(layers, nearest, (last, last), last, answer), beyond=True)
    first, end = _span(layers, last, tensors)
    shown = next((i for i in range(end, len(layers)) if nearest[i] is not None), None)
    ending = None if shown is None else nearest[shown]
    end = len(layers) - 1 if shown is None else shown
    found = _divergence(layers, nearest, (first, end), last, ending)
    if layers[first].kind.startswith(SUMS):  # a mask of a dropout may be in its weights
        found = replace(found, others=(*found.others, *_dropouts(layers, last)))
    return found


def _divergence(
    layers: Sequence[Layer],
    nearest: Sequence[Near | None],
    span: tuple[int, int],
    last: int,
    after: Near | None,
) -> Divergence:
    """Return the layers from one to another, with the errors about them."""
    before = nearest[last] if last >= 0 else None
    return Divergence(
        layer=layers[span[0]].name,
        kind=layers[span[0]].kind,
        config=layers[span[0]].config,
        others=tuple(layer.name for layer in layers[span[0] + 1 : span[1] + 1]),
        beyond=False,
        before=layers[last].name if last >= 0 else None,
        error_before=before[1] if before else 0.0,
        error_after=after[1] if after else None,
    )


def _span(layers: Sequence[Layer], last: int, tensors: Sequence[np.ndarray]) -> tuple[int, int]:
    """Return the first and the last layer that may be wrong, behind the last that is held."""
    first = last + 1
    if first + 1 == len(layers):
        return first, first
    one, two = layers[first], layers[first + 1]
    if one.kind.startswith(SUMS) and two.kind in SCALES:
        return _of_sums_and_scale(one, two, tensors, first)
    if one.kind in SCALES and two.kind.startswith(SUMS):
        shown = [each for each in tensors if not _is_held(layers, last, each)]
        sizes = {layer.case.exact.size for layer in layers[first + 1 :]}
        alone = one.case.exact.size not in sizes and any(
            True for _ in _alike(one.case.exact, shown)
        )
        fits = any(slopes for slopes in _scaled(one.case, shown))
        scaled = any(_common(slopes) is not None for slopes in _scaled(two.case, tensors))
        return (first, first) if alone or fits or scaled else (first, first + 1)
    return first, first


def _of_sums_and_scale(
    sums: Layer, scale: Layer, tensors: Sequence[np.ndarray], first: int
) -> tuple[int, int]:
    """Tell sums from the scale behind them, where these may be one operation."""
    both, fits = (first, first + 1), list(_scaled(sums.case, tensors))
    right = next(_scaled(sums.case, [scale.case.exact]), None)
    if not fits:
        return first, first  # no scale, right or wrong, makes them what the artifact shows
    known = [slopes for slopes in fits if slopes]
    if not right or not known:
        return both
    for slopes in known:
        factor = _common({i: slopes[i] / right[i] for i in slopes.keys() & right.keys()})
        if factor is not None and abs(factor - 1) <= SLOPES:  # an offset is wrong, anyone's
            return both if sums.config.get("use_bias", True) else (first + 1, first + 1)
        if factor is not None and not 1 / NEAR_ONE < factor < NEAR_ONE:
            return first, first  # what is added up is scaled
        if _common(slopes) is not None:
            return both if _common(right) is not None else (first, first)
    return first + 1, first + 1


def _nearest(case: Case, tensors: Sequence[np.ndarray]) -> Near | None:
    """Return the weight and the error of the tensor nearest to a layer's output; None without."""
    best: Near | None = None
    for found in _alike(case.exact, tensors):
        best = _nearer(best, _distance(case, found, case.exact))
    return best


def _nearer(one: Near | None, other: Near | None) -> Near | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _distance(case: Case, found: np.ndarray, exact: np.ndarray) -> Near:
    """Return the weight and the size of the largest error."""
    errors = tolerance.largest(found - exact)
    if not np.isfinite(errors).all():
        return np.inf, np.inf
    if case.own.dtype.kind not in "fV":
        return float(errors.max()), float(errors.max())
    return float((errors / tolerance.tolerances(case)).max()), float(errors.max())


def _cut_off(case: Case, tensors: Sequence[np.ndarray]) -> Near | None:
    """Return how near a tensor is to a layer's output cut off at the tensor's own bounds.

    None where too little is left between them, or where nothing is cut off.
    """
    best: Near | None = None
    for found in _alike(case.exact, tensors):
        low, high = found.min(), found.max()
        inner = (found > low) & (found < high)
        if tolerance.ROWS_PER_CHANNEL <= inner.sum() < inner.size - 2:
            cut = np.clip(case.exact, low, high)
            best = _nearer(best, _distance(case, found, cut))
    return best


def _dropouts(layers: Sequence[Layer], last: int) -> tuple[str, ...]:
    """Return the names of the dropouts up to a layer, the last first."""
    names = []
    while last >= 0 and "Dropout" in layers[last].kind:
        names.append(layers[last].name)
        last -= 1
    return tuple(names)


def _dropped(
    layers: Sequence[Layer], last: int, tensors: Sequence[np.ndarray]
) -> tuple[int, Near | None] | None:
    """Return a dropout that was left on, up to the last layer that is held, and how far it is off.

    Inference leaves dropouts out, so that they are held with the layer before them. None where
    none was left on.
    """
    for i in range(last, last - len(_dropouts(layers, last)), -1):
        rate = float(layers[i].config.get("rate", 0))
        exact = layers[i].case.exact
        some = np.abs(exact) > 1e-6 * np.abs(exact).max()
        for found in _alike(exact, tensors) if 0 < rate < 1 else ():
            share = found[some] / exact[some] * (1 - rate)
            kept = np.abs(share - 1) < SLOPES
            if kept.any() and (kept | (share == 0)).all():
                return i, _distance(layers[i].case, found, exact)
        if last + 1 < len(layers) and layers[last + 1].kind.startswith(SUMS):  # in its weights?
            for slopes in _scaled(layers[last + 1].case, tensors):
                factor = _common(slopes) if slopes else None
                if factor is not None and abs(factor * (1 - rate) - 1) < SLOPES:
                    return i, None
    return None


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


def _is_held(layers: Sequence[Layer], last: int, tensor: np.ndarray) -> bool:
    """Whether a tensor is the last held layer's output, or the input."""
    if last < 0:
        x = layers[0].case.x
        return any(np.array_equal(x, found) for found in _alike(x, [tensor]))
    found = _nearest(layers[last].case, [tensor])
    return found is not None and found[0] <= CLOSE


def _scaled(case: Case, tensors: Sequence[np.ndarray]) -> Iterator[dict[int, float]]:
    """Yield the scales, by channel, that with offsets make tensors of a layer's output.

    Where a rectifier cut a tensor off at a bound, what is left is looked at: a tensor of which too
    little is left to tell has no scales.
    """
    exact = case.exact.reshape(-1, case.exact.shape[-1])
    spread = exact.std(axis=0)
    for found in _alike(case.exact, tensors):
        slopes = _fit(found.reshape(exact.shape), exact, spread)
        if slopes is not None:
            yield slopes


def _fit(found: np.ndarray, exact: np.ndarray, spread: np.ndarray) -> dict[int, float] | None:
    slopes: dict[int, float] = {}
    for channel in np.flatnonzero(spread > 0):
        y, x = found[:, channel], exact[:, channel]
        inner = (y > y.min()) & (y < y.max())
        if inner.sum() < tolerance.ROWS_PER_CHANNEL - 2:
            continue
        slope, offset = np.polyfit(x[inner], y[inner], 1)
        over = abs(slope * x + offset - y)[inner].max()
        rounded = ROUNDED * abs(y[inner]).max()
        if not over <= FIT * abs(slope) * spread[channel] + rounded:
            return None
        slopes[int(channel)] = float(slope)
    return slopes


def _common(slopes: dict[int, float]) -> float | None:
    """Return the one scale that all channels have; None where they have several, or none."""
    if not slopes:
        return None
    values = np.array(list(slopes.values()))
    middle = float(np.median(values))
    return middle if np.abs(values - middle).max() <= SLOPES * abs(middle) else None
