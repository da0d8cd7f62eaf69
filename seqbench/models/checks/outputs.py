"""What a model ends in, and what labels look like to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras


class Labels(StrEnum):
    """What labels look like; the value is how a message calls them."""

    ONE_HOT = "one-hot classes"
    SHARES = "probabilities that add up to 1"
    CLASS_NUMBERS = "class numbers"
    COUNTED = "what looks like class numbers (make quantities floats)"
    YES_NO = "zeros and ones"
    MULTI_HOT = "several zeros and ones per example"
    UNIT = "quantities between 0 and 1"
    QUANTITY = "quantities"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The layer that gives a model's outputs their range.

    Attributes:
        layer: its name.
        activation: Keras's name of its activation; None where it is no known one.
        shape: the model's output shape without the batch; None for a free dimension.

    """

    layer: str
    activation: str | None
    shape: tuple[int | None, ...]

    @property
    def units(self) -> int | None:
        """Outputs along the last axis."""
        return self.shape[-1] if self.shape else 1


_ACTIVATION_LAYERS = {
    "Softmax": "softmax",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}
_ANY_NUMBER = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "Embedding")
_KEEP_RANGE = (
    *("Dropout", "Noise", "Regularization", "Identity"),
    *("Pooling", "Reshape", "Flatten", "Permute", "Cropping"),
)
"""Layers whose class name has such a word leave values in the range they had, at inference."""
_MOST_CLASSES = 20
"""Whole numbers 0, 1, 2 ... for a single unit pass for class numbers up to so many of them."""


def read_ending(model: "keras.Sequential") -> Ending:
    """Return what gives the outputs of a built model their range."""
    layer, activation = _last_activation(model.layers)
    return Ending(
        layer=layer or model.name, activation=activation, shape=tuple(model.output_shape[1:])
    )


def _last_activation(layers: Sequence[Any]) -> tuple[str | None, str | None]:
    """Name of the layer that sets the range, and its activation; None where there is none."""
    for layer in reversed(layers):
        if hasattr(layer, "layers"):
            inner, activation = _last_activation(layer.layers)
            return f"{layer.name}/{inner}", activation
        kind = type(layer).__name__
        if _is_keras(layer) and any(word in kind for word in _KEEP_RANGE):
            continue
        activation = _activation(layer)
        if kind == "Activation" and activation == "linear":
            continue
        return layer.name, activation
    return None, None


def _is_keras(layer: Any) -> bool:
    """Whether this is Keras's own class; what a user's class does is not known."""
    return type(layer).__module__.startswith("keras.")


def _activation(layer: Any) -> str | None:
    import keras

    while isinstance(layer, keras.layers.Wrapper):
        layer = layer.layer
    if isinstance(layer, keras.layers.Bidirectional) and layer.merge_mode != "sum":
        layer = layer.forward_layer
    kind = type(layer).__name__
    if not _is_keras(layer):
        return None
    if kind in _ANY_NUMBER:
        return "linear"
    if kind in _ACTIVATION_LAYERS:
        return _ACTIVATION_LAYERS[kind]
    found = getattr(layer, "activation", None)
    if isinstance(found, keras.layers.Layer):
        return _activation(found)
    name = getattr(found, "__name__", "")
    return name if name and getattr(keras.activations, name, None) is found else None


def fits(found: Sequence[int], expected: Sequence[int | None]) -> bool:
    """Whether a shape is as expected, where None stands for any size."""
    return len(found) == len(expected) and all(
        size in (None, have) for have, size in zip(found, expected, strict=True)
    )


def read_labels(y: np.ndarray, ending: Ending) -> Labels:
    """Return what the labels `y`, shape (n, ...), look like to a model that ends so."""
    whole = bool(np.all(y == np.round(y)))
    if ending.units == 1:
        return _single(y, whole)
    if not fits(y.shape[1:], ending.shape):
        return Labels.CLASS_NUMBERS if whole else Labels.QUANTITY
    if y.min() < 0 or y.max() > 1:
        return Labels.QUANTITY
    add_up = bool(np.allclose(y.sum(axis=-1), 1, atol=1e-3))
    if whole:
        return Labels.ONE_HOT if add_up else Labels.MULTI_HOT
    return Labels.SHARES if add_up else Labels.UNIT


def _single(y: np.ndarray, whole: bool) -> Labels:
    values = np.unique(y)
    low, high = values[0], values[-1]
    if low < 0 or (high > 1 and not whole):
        return Labels.QUANTITY
    if high <= 1:
        return Labels.YES_NO if whole else Labels.UNIT
    in_a_row = y.dtype.kind in "iu" and low == 0 and high == len(values) - 1
    return Labels.COUNTED if in_a_row and len(values) <= _MOST_CLASSES else Labels.QUANTITY
