"""How much arithmetic a layer's inference takes, for one example, from its shapes.

Multiply-accumulates of matrix products and convolutions are exact and count padded positions as
the others; a multiply-accumulate is two floating-point operations (FLOPs). Everything else is
counted by element: one operation for each element of a bias, a sum or an activation (softmax: 5),
`pool_size` for each output of a pooling, and the numbers below. Copies are free.

TensorFlow's own profiler (`tf.compat.v1.profiler`, float_operation) gives the same figures for
MatMul, Conv2D, Conv3D, DepthwiseConv2dNative and Conv2DBackpropInput. It leaves out what has no
registered count (Relu and other activations, Einsum, Conv3DBackpropInput, grouped convolutions
inside a compiled call), counts the body of a loop once (recurrent layers), and nothing whose
shape it does not know.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqbench.models.padding import real_share

if TYPE_CHECKING:
    import keras

Shape = tuple[int | None, ...]
"""One example's dimensions, without the batch; None where one is not known."""

NARROW = ("float16", "bfloat16")
"""Types in which a core may compute faster than in float32, which alone is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Arithmetic for one example.

    Attributes:
        macs: multiply-accumulates of matrix products and convolutions.
        elementwise: other operations, one by one.

    """

    macs: int = 0
    elementwise: int = 0

    @property
    def flops(self) -> int:
        """Floating-point operations: two a multiply-accumulate."""
        return 2 * self.macs + self.elementwise

    def __add__(self, other: "Work") -> "Work":
        return Work(macs=self.macs + other.macs, elementwise=self.elementwise + other.elementwise)

    def __mul__(self, times: int) -> "Work":
        return Work(macs=self.macs * times, elementwise=self.elementwise * times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one call of a model cannot do without.

    Attributes:
        macs: multiply-accumulates for one example, without those of a padding.
        weight_bytes: size of the weights that are multiplied.
        example_bytes: size of one example's input and output.

    """

    macs: int
    weight_bytes: int
    example_bytes: int


class _UnknownError(Exception):
    """A dimension that the count needs is None, or the layer is not one of Keras's."""


def work(layer: Any) -> Work | None:
    """Return the arithmetic of a built Keras layer or model for one example.

    None where a dimension that it depends on (time, height ...) is not known, and for a layer of
    the user's own, whose arithmetic no shape tells.
    """
    try:
        return _symbolic(layer)
    except _UnknownError:
        return None


def estimate_flops(model: "keras.Sequential") -> int:
    """Return about how many floating-point operations a built model takes for one example.

    A layer that cannot be counted is taken for one that multiplies each of its weights once for
    each position of its output, as products and convolutions do; an open size for 1.
    """
    return sum(_estimate(layer) for layer in model.layers)


def _estimate(layer: Any) -> int:
    counted = work(layer)
    if counted is not None:
        return counted.flops
    shape = _listed(layer.output)[0].shape
    places: int = math.prod(size for size in shape[1:-1] if size is not None)
    return 2 * places * sum(int(math.prod(weight.shape)) for weight in layer.weights)


def demand(model: "keras.Sequential") -> Demand | None:
    """Return what a built model must do for one example.

    None where a shape that its arithmetic depends on is not known, where a layer is the user's
    own, and where one computes in a type narrower than float32.
    """
    macs, weight_bytes = 0, 0
    for layer, before in zip(model.layers, [None, *model.layers], strict=False):
        done = work(layer)
        narrow = layer.compute_dtype in NARROW or getattr(layer, "quantization_mode", None)
        if done is None or narrow:
            return None
        macs += int(done.macs * real_share(layer, before)) if done.macs else 0
        weight_bytes += _bytes(layer.weights) if done.macs else 0
    ends = _bytes([*model.inputs, *model.outputs])
    return Demand(macs=macs, weight_bytes=weight_bytes, example_bytes=ends)


def _bytes(tensors: Iterable[Any]) -> int:
    return sum(tensor_bytes(tuple(tensor.shape), str(tensor.dtype)) for tensor in tensors)


def weight_bytes(model: "keras.Sequential") -> int:
    """Return the size of a built model's weights in memory."""
    return _bytes(model.weights)


def tensor_bytes(shape: Shape, dtype: str) -> int:
    """Return the size of a tensor; free sizes are left out, and text counts as none."""
    bits = 8 if dtype == "bool" else int("".join(re.findall(r"\d+$", dtype)) or 0)
    return math.prod(size for size in shape if size is not None) * bits // 8


def _symbolic(layer: Any) -> Work:
    """Return the work of a layer that has been called on symbolic tensors."""
    if hasattr(layer, "inputs"):  # a model
        inputs, outputs = layer.inputs, layer.outputs
    else:
        inputs, outputs = _listed(layer.input), _listed(layer.output)
    if len(outputs) != 1:
        raise _UnknownError
    given = tuple(outputs[0].shape[1:])
    inputs = [tensor for tensor in inputs if tensor.dtype != "bool"] or inputs  # but the masks
    if len(inputs) != 1:
        return _merge(layer, len(inputs), given)
    return _work(layer, tuple(inputs[0].shape[1:]), given)


def _listed(tensors: Any) -> list[Any]:
    return list(tensors) if isinstance(tensors, list | tuple) else [tensors]


def _merge(layer: Any, inputs: int, given: Shape) -> Work:
    """Return the work of a layer that joins several tensors, as a nested model may have."""
    per_element = _MERGE.get(type(layer).__name__)
    if per_element is None:
        raise _UnknownError
    return Work(elementwise=per_element * (inputs - 1) * _size(given))


def _work(layer: Any, taken: Shape, given: Shape) -> Work:
    """Return the work of a layer on one example of shape `taken`, giving one of shape `given`."""
    name = type(layer).__name__
    if not type(layer).__module__.startswith(_HOMES) or name in _OPAQUE:
        raise _UnknownError
    for base in type(layer).__mro__:
        if base.__name__ in _FORMULAS:
            return _FORMULAS[base.__name__](layer, taken, given)
    if name.startswith(_COPIES):
        return Work()
    if callable(getattr(layer, "activation", None)):
        return _epilogue(layer, given)
    return Work(elementwise=_PER_ELEMENT.get(name, 1) * _size(given))


def _size(shape: Any) -> int:
    """Return the number of elements; one None among the dimensions makes it unknown."""
    dims = [dim for dim in shape if dim is not None]
    if len(dims) != len(shape):
        raise _UnknownError
    return math.prod(dims)


def _places(layer: Any, shape: Shape) -> int:
    """Return the number of positions of an image or a sequence, whichever axis its channels are."""
    return _size(shape[:-1] if layer.data_format == "channels_last" else shape[1:])


def _channels(layer: Any, shape: Shape) -> int:
    return _size(shape[-1:] if layer.data_format == "channels_last" else shape[:1])


def _epilogue(layer: Any, given: Shape) -> Work:
    """Return the work of a layer's bias and activation."""
    name = getattr(layer.activation, "__name__", "")
    activation = 0 if name == "linear" else _PER_ELEMENT["Softmax"] if name == "softmax" else 1
    bias = int(bool(getattr(layer, "use_bias", False)))
    return Work(elementwise=(activation + bias) * _size(given))


def _dense(layer: Any, taken: Shape, given: Shape) -> Work:
    return Work(macs=_size(given) * _size(taken[-1:])) + _epilogue(layer, given)


def _einsum_dense(layer: Any, taken: Shape, given: Shape) -> Work:
    """Count one multiply-accumulate for each output and each value of the summed indices."""
    operands, result = layer.equation.replace(" ", "").split("->")
    first, second = operands.split(",")
    sizes = dict(zip(second.replace("...", ""), layer.kernel.shape, strict=True))
    tail = first.split("...")[-1]  # indices are read from the last dimension back
    sizes |= dict(zip(reversed(tail), reversed(taken), strict=False))
    summed = [sizes.get(index) for index in set(tail) | set(second) - {"."} if index not in result]
    bias = 0 if layer.bias is None else _size(given)
    activation = _epilogue(layer, given).elementwise
    return Work(macs=_size(given) * _size(summed), elementwise=bias + activation)


def _convolution(layer: Any, taken: Shape, given: Shape) -> Work:
    fed = _channels(layer, taken) // layer.groups * math.prod(layer.kernel_size)
    return Work(macs=_size(given) * fed) + _epilogue(layer, given)


def _transposed_convolution(layer: Any, taken: Shape, given: Shape) -> Work:
    fanned = layer.filters * math.prod(layer.kernel_size)
    return Work(macs=_size(taken) * fanned) + _epilogue(layer, given)


def _depthwise_convolution(layer: Any, _: Shape, given: Shape) -> Work:
    return Work(macs=_size(given) * math.prod(layer.kernel_size)) + _epilogue(layer, given)


def _separable_convolution(layer: Any, taken: Shape, given: Shape) -> Work:
    depthwise = _channels(layer, taken) * layer.depth_multiplier
    each = depthwise * (math.prod(layer.kernel_size) + layer.filters)
    return Work(macs=_places(layer, given) * each) + _epilogue(layer, given)


def _pooling(layer: Any, _: Shape, given: Shape) -> Work:
    return Work(elementwise=_size(given) * math.prod(layer.pool_size))


def _global_pooling(_layer: Any, taken: Shape, _given: Shape) -> Work:
    return Work(elementwise=_size(taken))


def _recurrent(layer: Any, taken: Shape, _: Shape) -> Work:
    return _cell(layer.cell, _size(taken[1:])) * _size(taken[:1])


def _cell(cell: Any, features: int) -> Work:
    """Return one step's work of a recurrent cell: products, their sums, biases, gates, state."""
    kind = type(cell).__name__
    if kind == "StackedRNNCells":
        total = Work()
        for inner in cell.cells:
            total += _cell(inner, features)
            features = inner.units
        return total
    if kind not in _GATES:
        raise _UnknownError
    gates, state = _GATES[kind]
    biases = int(cell.use_bias) * (2 if getattr(cell, "reset_after", False) else 1)
    return Work(
        macs=gates * cell.units * (features + cell.units),
        elementwise=cell.units * (gates * (1 + biases) + state),
    )


def _recurrent_convolution(layer: Any, taken: Shape, _: Shape) -> Work:
    shape = layer.compute_output_shape((None, *taken))[1:]
    given = shape[1:] if layer.return_sequences else shape
    cell, (gates, state) = layer.cell, _GATES["LSTMCell"]
    fed = _channels(layer, taken[1:]) * math.prod(cell.kernel_size)
    fed += cell.filters * math.prod(cell.recurrent_kernel.shape[:-2])
    step = Work(
        macs=gates * _size(given) * fed,
        elementwise=_size(given) * (gates * (1 + int(cell.use_bias)) + state),
    )
    return step * _size(taken[:1])


def _bidirectional(layer: Any, taken: Shape, given: Shape) -> Work:
    both = _work(layer.forward_layer, taken, given) + _work(layer.backward_layer, taken, given)
    merge = 0 if layer.merge_mode in (None, "concat") else _size(given)
    return both + Work(elementwise=merge)


def _time_distributed(layer: Any, taken: Shape, given: Shape) -> Work:
    return _work(layer.layer, taken[1:], given[1:]) * _size(taken[:1])


def _wrapped(layer: Any, taken: Shape, given: Shape) -> Work:
    return _work(layer.layer, taken, given)


def _model(model: Any, _taken: Shape, _given: Shape) -> Work:
    """Sum a nested model's layers; an operation in it that is no layer makes it unknown."""
    total = Work()
    for step in getattr(model, "operations", model.layers):
        is_mask = getattr(step.output, "dtype", None) == "bool"
        if type(step).__name__ != "InputLayer" and not is_mask:
            total += _symbolic(step)
    return total


_FORMULAS: dict[str, Callable[[Any, Shape, Shape], Work]] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "BaseConv": _convolution,
    "BaseConvTranspose": _transposed_convolution,
    "BaseDepthwiseConv": _depthwise_convolution,
    "BaseSeparableConv": _separable_convolution,
    "BasePooling": _pooling,
    "BaseGlobalPooling": _global_pooling,
    "ConvLSTM": _recurrent_convolution,
    "Bidirectional": _bidirectional,
    "RNN": _recurrent,
    "TimeDistributed": _time_distributed,
    "SpectralNormalization": _wrapped,
    "Sequential": _model,
    "Functional": _model,
}
"""By the name of the layer's class or of a base, the nearest first."""

_GATES = {"SimpleRNNCell": (1, 1), "GRUCell": (3, 8), "LSTMCell": (4, 9)}
"""Matrix products a step, and elementwise operations a unit for activations and the new state."""

_COPIES = (
    *("ActivityRegularization", "AlphaDropout", "Cropping", "Dropout", "Embedding", "Flatten"),
    *("Gaussian", "Identity", "Permute", "Random", "RepeatVector", "Reshape"),
    *("SpatialDropout", "UpSampling1D", "UpSampling3D", "ZeroPadding"),
)
"""How the names of layers begin that compute nothing in inference."""

_HOMES = ("keras.src.layers.", "keras.src.models.")
"""Where the classes live that are counted; a user's own are not."""

_OPAQUE = {
    *("FlaxLayer", "JaxLayer", "Lambda", "MelSpectrogram", "STFTSpectrogram", "TFSMLayer"),
    "TorchModuleWrapper",
}
"""Keras's layers whose arithmetic their shapes do not tell."""

_PER_ELEMENT = {
    "BatchNormalization": 2,  # as a scale and a shift
    "GroupNormalization": 7,  # two means, centre, square, scale, gamma, beta
    "LayerNormalization": 7,
    "Normalization": 2,
    "RMSNormalization": 4,
    "Rescaling": 2,
    "Softmax": 5,  # maximum, difference, exponential, sum, quotient
    "UnitNormalization": 3,
}
"""Operations an output element where it is not one, the default."""

_MERGE = {"Add": 1, "Average": 1, "Concatenate": 0, "Maximum": 1, "Minimum": 1, "Multiply": 1}
"""Operations an output element for each input after the first."""
