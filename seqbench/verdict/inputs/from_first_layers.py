"""What a model's first layers tell of the inputs that it was made for."""

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.models.stack import leaves

if TYPE_CHECKING:
    import keras


STRANGERS = ("", "Zebra", "ünïcödé", "猫", "two words", "don't!", "42", "x" * 40)
"""Words that hardly a vocabulary has: unknown, empty, in other letters, of two parts, long."""


def entries(model: "keras.Sequential") -> np.ndarray | None:
    """Return what a first layer that looks its inputs up knows, and some that it does not know.

    The first stands for nothing: the mask where there is one. Words for any model that takes
    strings, shape (n,); None for a model that takes numbers and looks nothing up.
    """
    import keras

    words = model.inputs[0].dtype == "string"
    first: Any = next(_computing(model), None)
    text = isinstance(first, keras.layers.TextVectorization)
    if not text and (not _is_lookup(first) or first.invert):
        return np.array(STRANGERS) if words else None
    known = list(first.get_vocabulary(include_special_tokens=False))
    if words:
        said = [f"{word.upper()}, {word}!" for word in known[:8]] if text else []
        others: list[Any] = [word for word in STRANGERS if word not in known] + said
    else:
        limits = np.iinfo(model.inputs[0].dtype)
        near = (max(known, default=0) + 1, max(known, default=0) + 2, min(known, default=0) - 1)
        others = [token for token in near if limits.min <= token <= limits.max]
    if not text and first.num_oov_indices == 0:
        others = []  # the layer refuses them
    masks = [] if text or first.mask_token is None else [first.mask_token]
    return np.array([*masks, *known, *others])


def takes_text(model: "keras.Sequential") -> bool:
    """Tell whether the inputs are texts of several words."""
    import keras

    return isinstance(next(_computing(model), None), keras.layers.TextVectorization)


def _is_lookup(layer: Any) -> bool:
    import keras

    return isinstance(layer, keras.layers.IntegerLookup | keras.layers.StringLookup)


def _computing(model: "keras.Sequential") -> "Iterator[keras.Layer]":
    """Yield the layers that do more than move elements, those of nested stacks in their place."""
    import keras

    moving = (keras.layers.Reshape, keras.layers.Flatten, keras.layers.Permute)
    for layer in leaves(model).values():
        if not isinstance(layer, (*moving, keras.layers.InputLayer)):
            yield layer


def vocabulary(model: "keras.Sequential") -> int | None:
    """Return how many values there are where inputs are looked up or made one-hot; None elsewhere.

    Keras's Input is float32 unless told otherwise, so tokens may come as real numbers; they are
    known by the first layer that does more than move them.
    """
    import keras

    layers = list(_computing(model))
    if np.dtype(model.inputs[0].dtype).kind == "f":
        layers = layers[:1]
    for layer in layers:
        if _is_lookup(layer) and layer.invert:
            return int(layer.vocabulary_size()) + 2
        if isinstance(layer, keras.layers.Embedding):
            return int(layer.input_dim)
        if isinstance(layer, keras.layers.CategoryEncoding) and layer.num_tokens is not None:
            return int(layer.num_tokens)
    return None


def scaling(model: "keras.Sequential") -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return what the first layers take off the inputs and what they divide by.

    Both are float64 and broadcast to one input; both are None where no such layer comes first.
    """
    import keras

    kinds = (keras.layers.Rescaling, keras.layers.Normalization, keras.layers.BatchNormalization)
    first = list(itertools.takewhile(lambda layer: isinstance(layer, kinds), model.layers))
    if not first:
        return None, None
    ends = []
    for value in (0.0, 1.0):  # each is a line for each element: two points tell it
        x = np.full([1, *(size or 1 for size in model.input_shape[1:])], value, "float32")
        for layer in first:
            x = layer(x)
        ends.append(np.asarray(x, "float64")[0])
    slope = np.where(ends[1] == ends[0], 1.0, ends[1] - ends[0])
    return -ends[0] / slope, 1 / slope


KEEPING = (
    *("Input", "Identity", "Masking", "Reshape", "Flatten", "Permute", "Repeat", "Resizing"),
    *("Center", "Cropping", "ZeroPadding", "UpSampling", "MaxPooling", "AveragePooling"),
    *("Random", "Dropout", "SpatialDropout", "GaussianDropout", "AlphaDropout", "GaussianNoise"),
)
"""How Keras's layers are called whose outputs lie where their inputs do, in inference."""

DEVIATIONS = 3**0.5
"""How far typical inputs lie from their mean, in standard deviations: as far as evenly spread ones
with that deviation do. Any data of such a deviation reach about there; a wider range would be out
of many a file's calibration."""


def typical_range(model: "keras.Sequential") -> tuple[np.ndarray, np.ndarray] | None:
    """Return from where to where the inputs go that the first layers were made for.

    Only what any inputs of such a model reach is in it: a file that was calibrated on real ones
    must be right there. Layers that move values, cut them, fill them up or change them in training
    alone may come before the layer that tells.

    Returns:
        The lowest and the highest value, float64, each broadcast to one input; None where no layer
        tells.

    """
    before: list[keras.Layer] = []
    for layer in leaves(model).values():
        ends = _told(layer)
        if ends is not None:
            low, high = (_before(before, end) for end in ends)
            return None if low is None or high is None else (low, high)
        kind = type(layer)
        if not (kind.__module__.startswith("keras.") and kind.__name__.startswith(KEEPING)):
            return None
        before.append(layer)
    return None


def _told(layer: Any) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the lowest and the highest input that a layer was made for; None where it tells none.

    A rescaling is for numbers from 0 up to where it gives 1, or as much above 0 as it gives below.
    """
    import keras

    if isinstance(layer, keras.layers.TimeDistributed):
        return _told(layer.layer)
    if isinstance(layer, keras.layers.Rescaling):
        scale, offset = np.broadcast_arrays(
            *(np.asarray(value, "float64") for value in (layer.scale, layer.offset))
        )
        if not scale.all() or ((scale == 1).all() and not offset.any()):
            return None
        zero = -offset / scale  # what gives 0
        beyond = np.where(scale > 0, 2 * zero, zero)
        most = np.where(zero > 0, beyond, np.maximum(1, 1 / np.abs(scale)))
        return np.zeros_like(most), most
    if isinstance(layer, keras.layers.Normalization) and not layer.invert:
        return _around(*(np.asarray(it, "float64")[0] for it in (layer.mean, layer.variance)))
    if isinstance(layer, keras.layers.BatchNormalization):
        shape = [1] * layer.input_spec.ndim
        shape[layer.axis] = -1
        mean, variance = (
            np.asarray(values, "float64").reshape(shape)[0]
            for values in (layer.moving_mean, layer.moving_variance)
        )
        fresh = not mean.any() and (variance == 1).all()
        return None if fresh else _around(mean, variance)
    return None


def _around(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of inputs with a mean and a variance; they do not lie on both sides of 0."""
    far = DEVIATIONS * np.sqrt(variance)
    low = np.where(mean > 0, np.maximum(mean - far, 0), mean - far)
    high = np.where(mean < 0, np.minimum(mean + far, 0), mean + far)
    return low, high


def _before(layers: "Sequence[keras.Layer]", value: np.ndarray) -> np.ndarray | None:
    """Return where a value behind some layers stands before them; None where it has no one place.

    Args:
        layers: what keeps values, from the input on.
        value: broadcast to one output of the last of them.

    """
    import keras

    if value.size == 1:
        return value.reshape(())
    for layer in reversed(layers):
        given, got = (tuple(side.shape[1:]) for side in (layer.input, layer.output))
        if isinstance(layer, keras.layers.Permute):
            whole = np.broadcast_to(value, [size or 1 for size in got])
            value = whole.transpose(np.argsort([axis - 1 for axis in layer.dims]))
        elif isinstance(layer, keras.layers.Reshape | keras.layers.Flatten):
            if None in (*given, *got):
                return None
            value = np.broadcast_to(value, got).reshape(given)
        elif given != got:
            channels = value.reshape(-1, value.shape[-1])
            if given[-1] != got[-1] or (channels != channels[0]).any():
                return None
            value = channels[0]
    return value
