"""Values that a right runtime may be off in, whatever the weights: gates and averages, movable.

Runtimes compute sigmoid, tanh and erf to the last place of 1, not to their own: ONNX Runtime's
sigmoid, for one, is never below 1.5e-8. Where such values are multiplied by each other, as in
recurrent layers and in products of their outputs, or by a large number, as in silu, gelu and mish,
that is all the error there is. And an average of n numbers is a sum like any other: what it is off
by grows as the square root of n. Where numbers that hardly differ are normalized, what is left of
them when their average is taken off may be that error.
Source: onnxruntime 1.31, core/mlas/lib/logistic.cpp, which clamps at 18.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import keras

AVERAGES = ("GlobalAveragePooling", "AdaptiveAveragePooling")
"""How layers are called that average over any number of values."""


GATED = ("silu", "gelu", "mish")
"""Activations that multiply their input by a gate."""


CENTERED = ("LayerNormalization", "GroupNormalization")
"""The classes of layers that take off the average of what they normalize."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationShifts:
    """Offsets that are added to the values of a model's gates and averages; zero at first.

    Attributes:
        variables: Keras's variables with the offsets, one for each gate and average.

    """

    variables: tuple[Any, ...]

    def move(self, rng: np.random.Generator, size: float) -> None:
        """Set each offset to `size` or `-size`, at random."""
        for variable in self.variables:
            variable.assign(rng.choice([-size, size]))

    def reset(self) -> None:
        """Set each offset to zero."""
        for variable in self.variables:
            variable.assign(0.0)


def make_shiftable(model: "keras.Sequential") -> ActivationShifts:
    """Make the model's gates and averages movable; return what moves them."""
    import keras

    variables: list[Any] = []

    def new() -> Any:
        variables.append(keras.Variable(0.0, dtype="float64", trainable=False))
        return variables[-1]

    for layer in model._flatten_layers():
        if type(layer).__name__.startswith(AVERAGES):
            layer.call = _average(layer.call, new())
        if type(layer).__name__ in CENTERED:
            layer.call = _centered(layer, new())
        for name in ("activation", "recurrent_activation"):
            movable = _gate(layer, vars(layer).get(name))  # a recurrent layer's is its cell's
            if movable is not None:
                setattr(layer, name, movable(new()))
    return ActivationShifts(variables=tuple(variables))


def _gate(layer: Any, function: Any) -> Callable[[Any], Callable[[Any], Any]] | None:
    """Return what makes a layer's activation movable by a shift; None where none does."""
    import keras

    if getattr(function, "__name__", None) in GATED:
        return lambda shift: lambda x: function(x) + x * keras.ops.cast(shift.value, x.dtype)
    is_cell = hasattr(layer, "get_recurrent_dropout_mask")  # what all cells have
    if is_cell and function in (keras.activations.sigmoid, keras.activations.tanh):
        return lambda shift: lambda x: _shifted(function(x), shift)
    return None


def _shifted(y: Any, shift: Any) -> Any:
    import keras

    return y + keras.ops.cast(shift.value, y.dtype)


def _average(average: Callable[..., Any], shift: Any) -> Callable[..., Any]:
    """Return an average that is off by a share of the average of the sizes."""
    from keras import ops

    def call(x: Any, **more: Any) -> Any:
        y, size = average(x, **more), average(ops.abs(x), **more)
        count = ops.cast(ops.size(x), "float64") / ops.cast(ops.size(y), "float64")
        return y + ops.cast(shift.value * ops.sqrt(count), y.dtype) * size

    return call


def _centered(layer: Any, shift: Any) -> Callable[..., Any]:
    """Return a normalization whose inputs are off, up or down, as far as their average may be."""
    from keras import ops

    normalize = layer.call

    def call(x: Any, **more: Any) -> Any:
        places = ops.cast(ops.arange(ops.size(x[:1])), x.dtype)
        ways = ops.reshape(ops.sign(ops.cos(places * places)), ops.shape(x[:1]))  # as if at random
        size, count = _sizes(layer, x)
        far = shift.value * ops.sqrt(ops.cast(count, "float64"))
        return normalize(x + ops.cast(far, x.dtype) * size * ways, **more)

    return call


def _sizes(layer: Any, x: Any) -> tuple[Any, Any]:
    """Return the average size of what is centered together, to be broadcast, and its count."""
    from keras import ops

    if type(layer).__name__ == "LayerNormalization":
        axes = [layer.axis] if isinstance(layer.axis, int) else layer.axis
        count = math.prod(ops.shape(x)[axis] for axis in axes)
        return ops.mean(ops.abs(x), axis=axes, keepdims=True), count
    channels, rank = x.shape[layer.axis], len(x.shape)
    last = layer.axis % rank
    each = ops.mean(ops.abs(x), axis=[axis for axis in range(1, rank) if axis != last])
    grouped = ops.mean(ops.reshape(each, (-1, layer.groups, channels // layer.groups)), axis=-1)
    sizes = ops.repeat(grouped, channels // layer.groups, axis=-1)
    shape = [-1, *(channels if axis == last else 1 for axis in range(1, rank))]
    return ops.reshape(sizes, shape), ops.size(x[:1]) / layer.groups
