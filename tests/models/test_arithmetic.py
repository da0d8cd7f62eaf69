"""Counted arithmetic against TensorFlow's own profiler, and by hand where it counts nothing."""

from typing import Any

import keras
import pytest
import tensorflow as tf
from keras import layers

from seqbench.models.arithmetic import Work, work

Shape = tuple[int | None, ...]

PRODUCTS = (
    *("MatMul", "BatchMatMulV2", "Conv2D", "Conv3D", "DepthwiseConv2dNative"),
    "Conv2DBackpropInput",
)


def stack(shape: Shape, *of: Any) -> keras.Sequential:
    return keras.Sequential([keras.Input(shape), *of])


def counted(shape: Shape, *of: Any) -> Work | None:
    return work(stack(shape, *of))


def profiled(shape: Shape, *of: Any) -> dict[str, int]:
    """Return the FLOPs by kind of operation that TensorFlow counts in the graph."""
    model = stack(shape, *of)

    @tf.function  # type: ignore[untyped-decorator] # TensorFlow has no types
    def infer(x: Any) -> Any:
        return model(x, training=False)

    graph = infer.get_concrete_function(tf.TensorSpec([1, *shape])).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    root = tf.compat.v1.profiler.profile(graph, options=options, cmd="op")
    found: dict[str, int] = {}
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += node.children
        found[node.name] = found.get(node.name, 0) + node.float_ops
    return found


@pytest.mark.slow  # by their number
@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((5,), layers.Dense(7)),
        ((3, 5), layers.Dense(7)),
        ((6, 5), layers.EinsumDense("abc,cd->abd", (6, 4), bias_axes="d")),
        ((9, 8, 3), layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")),
        ((9, 8, 3), layers.Conv2D(4, (3, 2), use_bias=False)),
        ((9, 3), layers.Conv1D(4, 3, padding="causal")),
        ((6, 5, 4, 2), layers.Conv3D(4, 3)),
        ((9, 8, 3), layers.DepthwiseConv2D(3, depth_multiplier=2)),
        ((9, 3), layers.DepthwiseConv1D(3, strides=2)),
        ((9, 8, 3), layers.SeparableConv2D(5, (3, 2), depth_multiplier=2)),
        ((9, 3), layers.SeparableConv1D(5, 3)),
        ((9, 8, 3), layers.Conv2DTranspose(5, 3, strides=2, padding="same")),
        ((9, 3), layers.Conv1DTranspose(5, 3, strides=2, padding="same")),
        ((6, 3), layers.SimpleRNN(4, unroll=True)),
        ((6, 3), layers.LSTM(4, unroll=True)),
        ((6, 3), layers.GRU(4, unroll=True)),
        ((6, 3), layers.GRU(4, reset_after=False, unroll=True)),
        ((6, 3), layers.Bidirectional(layers.LSTM(4, unroll=True))),
        ((1, 8, 7, 2), layers.ConvLSTM2D(4, (3, 2))),
        ((6, 5), layers.TimeDistributed(layers.Dense(3))),
        ((6, 5), layers.TimeDistributed(stack((5,), layers.Dense(3), layers.Dense(2)))),
        ((8, 8, 3), layers.SpectralNormalization(layers.Conv2D(3, 3))),
        ((5,), keras.Sequential([layers.Dense(3), keras.Sequential([layers.Dense(2)])])),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else type(value).__name__,
)
def test_products_are_what_tensorflow_counts(shape: Shape, layer: keras.Layer) -> None:
    by_kind = profiled(shape, layer)
    found = counted(shape, layer)
    assert found is not None
    assert 2 * found.macs == sum(by_kind.get(kind, 0) for kind in PRODUCTS) > 0


@pytest.mark.parametrize(
    ("shape", "layer", "kinds"),
    [
        ((3, 5), layers.Dense(7), ["BiasAdd"]),
        ((9, 8, 3), layers.Conv2D(4, 3), ["BiasAdd"]),
        ((9, 8, 3), layers.MaxPooling2D(2), ["MaxPool"]),
        ((9, 8, 3), layers.AveragePooling2D((2, 3)), ["AvgPool"]),
        ((9, 8, 3), layers.GlobalAveragePooling2D(), ["Mean"]),
        ((9, 8), layers.Softmax(), ["Softmax"]),
        ((9, 8), layers.Rescaling(2.0, 1.0), ["Mul", "AddV2"]),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else type(value).__name__,
)
def test_other_operations_that_tensorflow_counts(
    shape: Shape, layer: keras.Layer, kinds: list[str]
) -> None:
    by_kind = profiled(shape, layer)
    found = counted(shape, layer)
    assert found is not None
    assert found.elementwise == sum(by_kind[kind] for kind in kinds)


@pytest.mark.parametrize(
    ("shape", "layer", "macs"),
    [
        # Not counted by the profiler at all.
        ((6, 5), layers.EinsumDense("...x,xy->...y", output_shape=4), 6 * 5 * 4),
        ((6, 5), layers.EinsumDense("abc,bcd->ad", output_shape=(4,)), 6 * 5 * 4),
        ((6, 5), layers.EinsumDense("abc,cd->ad", output_shape=(4,)), 6 * 5 * 4),
        ((9, 8, 4), layers.Conv2D(6, 3, groups=2), 7 * 6 * 6 * 2 * 9),
        ((5, 4, 3, 2), layers.Conv3DTranspose(7, 2), 5 * 4 * 3 * 2 * 7 * 8),
        # Counted for blocks that TensorFlow pads: a dilated convolution, an uneven transposed one.
        ((9, 8, 3), layers.Conv2D(4, 2, dilation_rate=2), 7 * 6 * 4 * 3 * 4),
        ((9, 8, 3), layers.Conv2DTranspose(5, 3, strides=2), 9 * 8 * 3 * 5 * 9),
        # Counted once for all steps.
        ((6, 3), layers.LSTM(4), 6 * 4 * 4 * (3 + 4)),
        ((3, 8, 7, 2), layers.ConvLSTM2D(4, 3, return_sequences=True), 3 * 6 * 5 * 16 * 9 * 6),
        (
            (6, 3),
            layers.RNN([layers.LSTMCell(4), layers.GRUCell(2)]),
            6 * (4 * 4 * (3 + 4) + 3 * 2 * (4 + 2)),
        ),
        ((4, 6, 5), layers.TimeDistributed(layers.LSTM(2)), 4 * 6 * 4 * 2 * (5 + 2)),
    ],
    ids=lambda value: "" if isinstance(value, tuple | int) else type(value).__name__,
)
def test_products_by_hand(shape: Shape, layer: keras.Layer, macs: int) -> None:
    found = counted(shape, layer)
    assert found is not None
    assert found.macs == macs


@pytest.mark.parametrize(
    ("shape", "layer", "operations"),
    [
        ((4,), layers.Dense(3, activation="relu"), 3 + 3),
        ((4,), layers.Dense(3, activation="softmax", use_bias=False), 15),
        ((4,), layers.Activation("gelu"), 4),
        ((4,), layers.LeakyReLU(), 4),
        ((4, 2), layers.BatchNormalization(), 16),
        ((4, 2), layers.Flatten(), 0),
        ((4, 2), layers.Dropout(0.5), 0),
        ((4, 2), layers.ZeroPadding1D(3), 0),
        ((8, 8, 3), layers.RandomFlip(), 0),
        ((4,), layers.Embedding(9, 2), 0),
    ],
    ids=lambda value: "" if isinstance(value, tuple | int) else type(value).__name__,
)
def test_other_operations_by_hand(shape: Shape, layer: keras.Layer, operations: int) -> None:
    found = counted(shape, layer)
    assert found is not None
    assert found.elementwise == operations


@pytest.mark.parametrize(
    ("layer", "a_unit_and_step"),
    [
        (layers.SimpleRNN(3), 1 + 1 + 1),  # sum of both products, bias, tanh
        (layers.LSTM(3), 4 * 2 + 5 + 3 + 1),  # ..., gates, new state, output
        (layers.LSTM(3, use_bias=False), 4 + 5 + 3 + 1),
        (layers.GRU(3, reset_after=False), 3 * 2 + 3 + 1 + 4),
        (layers.GRU(3), 3 * 3 + 3 + 1 + 4),
    ],
    ids=lambda value: "" if isinstance(value, int) else type(value).__name__,
)
def test_other_operations_of_recurrent_layers(layer: keras.Layer, a_unit_and_step: int) -> None:
    found = counted((5, 2), layer)
    assert found is not None
    assert found.elementwise == 5 * 3 * a_unit_and_step


def test_channels_first_is_the_same_work() -> None:
    first = counted((3, 9, 8), layers.Conv2D(4, 3, data_format="channels_first"))
    assert first == counted((9, 8, 3), layers.Conv2D(4, 3))


def test_masks_are_no_inputs() -> None:
    masked = stack((6, 3), layers.Masking(), layers.LSTM(4)).layers[-1]
    assert work(masked) == counted((6, 3), layers.LSTM(4))


def test_a_nested_model_with_a_branch_is_summed() -> None:
    start = keras.Input((4,))
    inner = keras.Model(start, layers.Add()([layers.Dense(4)(start), start]))
    assert counted((4,), inner) == Work(macs=16, elementwise=4 + 4)
    start = keras.Input((4,))
    assert counted((4,), keras.Model(start, layers.Dense(4)(start) * 2)) is None


class Mine(keras.layers.Dense):  # type: ignore[misc] # mypy does not follow keras
    """A layer of the user's own, whatever it inherits."""


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((None, 3), layers.LSTM(4)),
        ((None, 3), layers.Conv1D(4, 3)),
        ((None, 3), layers.Dense(4)),
        ((None, None, 3), layers.GlobalAveragePooling2D()),
        ((4,), Mine(3)),
        ((4,), layers.Lambda(lambda x: x)),
        ((4, 4), layers.LSTM(3, return_state=True)),
    ],
    ids=lambda value: "" if isinstance(value, tuple) else type(value).__name__,
)
def test_what_cannot_be_known_is_none(shape: Shape, layer: keras.Layer) -> None:
    assert work(stack(shape, layer).layers[-1]) is None


def test_what_needs_no_open_dimension_is_known() -> None:
    pooled = stack((None, None, 3), layers.GlobalAveragePooling2D(), layers.Dense(2))
    assert work(pooled.layers[-1]) == Work(macs=6, elementwise=2)


def test_a_multiply_accumulate_is_two_operations() -> None:
    assert (Work(macs=3, elementwise=4) * 2).flops == 20
