"""What a model's first layers tell of the inputs that it was made for."""

import itertools
from collections.abc import Iterator
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
