"""What a model's first layers tell of the inputs that it was made for."""

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def vocabulary(model: "keras.Sequential") -> int | None:
    """Return how many values there are where inputs are looked up or made one-hot; None elsewhere.

    Keras's Input is float32 unless told otherwise, so tokens may come as real numbers; they are
    known by the first layer that does more than move them.
    """
    import keras

    moving = (keras.layers.Reshape, keras.layers.Flatten, keras.layers.Permute)
    layers = [layer for layer in model.layers if not isinstance(layer, moving)]
    if np.dtype(model.inputs[0].dtype).kind == "f":
        layers = layers[:1]
    for layer in layers:
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
