"""Faults in weights."""

from collections.abc import Callable
from functools import partial

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import ml_dtypes
import numpy as np

from studies.faults.fault import Fault, Place, Variants, places, with_weights
from studies.faults.models import Subject

KERNELS = ("kernel", "recurrent_kernel", "depthwise_kernel", "pointwise_kernel", "embeddings")
CHANNELS_LAST_BUT_ONE = (keras.layers.Conv1DTranspose, keras.layers.Conv2DTranspose)
"""Layers whose kernel has its output channels in the axis before the last."""


def _at(place: Place, index: tuple[int, ...], value: float) -> dict[int, np.ndarray]:
    changed = place.value.copy()
    changed[index] = value
    return {place.index: changed}


def _used(place: Place) -> np.ndarray:
    """Return where a weight has a say: not where it is zero, nor in a masked token's row."""
    used: np.ndarray = place.value != 0
    if place.name == "embeddings" and getattr(place.layer, "mask_zero", False):
        used[0] = False
    return used


def _by_class(found: list[Place]) -> list[list[Place]]:
    classes = dict.fromkeys(type(place.layer) for place in found)
    return [[place for place in found if type(place.layer) is kind] for kind in classes]


def _floats(subject: Subject) -> list[Place]:
    return [place for place in places(subject.model) if place.value.dtype.kind == "f"]


def flip_random(subject: Subject, rng: np.random.Generator) -> Variants:
    """Flip any weight's sign, one in each kind of layer."""
    for group in _by_class(_floats(subject)):
        place = group[rng.integers(len(group))]
        where = np.argwhere(_used(place))
        if place.name != "moving_variance" and len(where):
            index = tuple(where[rng.integers(len(where))])
            yield (
                f"{place}{list(map(int, index))}",
                with_weights(subject.model, _at(place, index, -float(place.value[index]))),
            )


def flip_median(subject: Subject, rng: np.random.Generator) -> Variants:
    """Flip the sign of a weight of median magnitude, one in each kind of layer."""
    for group in _by_class([place for place in _floats(subject) if place.name in KERNELS]):
        place = group[rng.integers(len(group))]
        used = _used(place)
        order = np.argsort(np.where(used, np.abs(place.value), np.inf), axis=None)
        index = np.unravel_index(order[int(used.sum()) // 2], place.value.shape)
        yield (
            f"{place}{list(map(int, index))}",
            with_weights(subject.model, _at(place, index, -float(place.value[index]))),
        )


def _swapped(place: Place, first: int, second: int) -> np.ndarray:
    transposed = isinstance(place.layer, CHANNELS_LAST_BUT_ONE) and place.name == "kernel"
    axis = -2 if transposed else -1
    order = np.arange(place.value.shape[axis])
    order[[first, second]] = order[[second, first]]
    return np.take(place.value, order, axis)


def _swap(subject: Subject, layer: keras.Layer, rng: np.random.Generator) -> Variants:
    first, second = (int(i) for i in rng.choice(layer.output.shape[-1], 2, replace=False))
    mine = [place for place in places(subject.model) if place.layer is layer]
    changed = {
        place.index: _swapped(place, first, second)
        for place in mine
        if place.name != "depthwise_kernel"
    }
    yield f"{layer.name}, {first} and {second}", with_weights(subject.model, changed)


def _swappable(subject: Subject) -> list[keras.Layer]:
    plain = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D)
    kinds = (*plain, keras.layers.SeparableConv2D, *CHANNELS_LAST_BUT_ONE)
    found = [layer for layer in subject.model.layers if isinstance(layer, kinds)]
    return [layer for layer in found if layer.output.shape[-1] > 1]


def swap_outputs(subject: Subject, rng: np.random.Generator) -> Variants:
    """Swap two of the model's output channels."""
    for layer in _swappable(subject)[-1:]:
        if layer.output.shape == subject.model.output_shape:
            yield from _swap(subject, layer, rng)


def swap_hidden(subject: Subject, rng: np.random.Generator) -> Variants:
    """Swap two channels of a hidden layer and leave the next layer as it is."""
    for layer in _swappable(subject)[:-1][-1:]:
        yield from _swap(subject, layer, rng)


def _fp16(value: np.ndarray) -> np.ndarray:
    return value.astype(np.float16)


def _bf16(value: np.ndarray) -> np.ndarray:
    return value.astype(ml_dtypes.bfloat16).astype(np.float32)


def _int8(value: np.ndarray) -> np.ndarray:
    step = np.abs(value).max() / 127 or 1.0
    return np.round(value / step) * step


def rounded(
    to: Callable[[np.ndarray], np.ndarray],
    subject: Subject,
    _rng: np.random.Generator,
) -> Variants:
    """Round all weights, and the last kernel alone, which is the smaller fault."""
    found = _floats(subject)
    yield "all", with_weights(subject.model, {place.index: to(place.value) for place in found})
    last = [place for place in found if place.name in KERNELS][-1]
    yield f"{last}", with_weights(subject.model, {last.index: to(last.value)})


def drop_bias(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Drop the bias of the first, and of the last layer that has one."""
    found = [place for place in _floats(subject) if place.name in ("bias", "beta")]
    for place in {place.index: place for place in (*found[:1], *found[-1:])}.values():
        yield f"{place}", with_weights(subject.model, {place.index: 0 * place.value})


def _statistics(name: str, value: float, subject: Subject, _rng: np.random.Generator) -> Variants:
    for place in [place for place in places(subject.model) if place.name == name][:2]:
        yield (
            f"{place}",
            with_weights(subject.model, {place.index: np.full_like(place.value, value)}),
        )


def nan(subject: Subject, rng: np.random.Generator) -> Variants:
    """Put a NaN into the first and into the last kernel."""
    found = [place for place in _floats(subject) if place.name in KERNELS]
    for place in {place.index: place for place in (found[0], found[-1])}.values():
        where = np.argwhere(_used(place))
        index = tuple(where[rng.integers(len(where))])
        yield (
            f"{place}{list(map(int, index))}",
            with_weights(subject.model, _at(place, index, float("nan"))),
        )


def zero_row(subject: Subject, rng: np.random.Generator) -> Variants:
    """Zero a few tokens' rows of an embedding, one at a time."""
    for place in places(subject.model):
        if place.name == "embeddings":
            for row in rng.choice(np.arange(1, len(place.value)), 3, replace=False):
                changed = place.value.copy()
                changed[row] = 0
                yield f"{place}[{row}]", with_weights(subject.model, {place.index: changed})


def reverse_inputs(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Take an image's colours in the other order."""
    for place in places(subject.model)[:1]:
        image = place.name in ("kernel", "depthwise_kernel") and place.value.ndim > 2
        if image and place.value.shape[-2] > 1:
            changed = place.value[..., ::-1, :]
            yield f"{place}", with_weights(subject.model, {place.index: changed})


def swap_directions(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Swap the weights of a bidirectional layer's two directions."""
    for layer in subject.model.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            mine = [place for place in places(subject.model) if place.layer is layer]
            half = len(mine) // 2
            changed = {
                place.index: other.value
                for place, other in zip(mine, mine[half:] + mine[:half], strict=True)
            }
            yield layer.name, with_weights(subject.model, changed)


def earlier(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Take the weights of another epoch."""
    if subject.later is not None:
        changed = dict(enumerate(subject.later.get_weights()))
        yield "one epoch apart", with_weights(subject.model, changed)


FAULTS = (
    Fault(name="sign of any one weight flipped", make=flip_random),
    Fault(name="sign of a median weight flipped", make=flip_median),
    Fault(name="two output channels swapped", make=swap_outputs),
    Fault(name="two hidden channels swapped", make=swap_hidden),
    Fault(name="weights rounded to fp16", make=partial(rounded, _fp16)),
    Fault(name="weights rounded to bf16", make=partial(rounded, _bf16)),
    Fault(name="weights rounded to int8", make=partial(rounded, _int8)),
    Fault(name="bias dropped", make=drop_bias),
    Fault(name="BatchNorm mean dropped", make=partial(_statistics, "moving_mean", 0.0)),
    Fault(name="BatchNorm variance 1", make=partial(_statistics, "moving_variance", 1.0)),
    Fault(name="NaN in one weight", make=nan),
    Fault(name="embedding row zeroed", make=zero_row),
    Fault(name="colours in the other order", make=reverse_inputs),
    Fault(name="directions of a bidirectional swapped", make=swap_directions),
    Fault(name="weights of another epoch", make=earlier),
)
"""Every fault in weights."""
