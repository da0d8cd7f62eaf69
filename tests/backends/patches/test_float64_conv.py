"""Convolutions and pools in float64 are the same sums without the operations."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn

from seqbench.backends.patches import EXPORTABLE, in_place

RNG = np.random.default_rng(0)
KERNELS = {"Conv2D", "Conv3D", "DepthwiseConv2dNative", "AvgPool", "Conv2DBackpropInput"}


def check(function: Any, *shapes: tuple[int, ...], free: bool = True) -> None:
    """Compare a function of inputs and kernels with and without the substitutes."""
    arrays = [tf.constant(RNG.normal(size=shape), "float64") for shape in shapes]
    batch = None if free else shapes[0][0]
    spec = tf.TensorSpec((batch, *shapes[0][1:]), "float64")
    with in_place(EXPORTABLE):
        concrete = tf.function(
            lambda x: function(x, *arrays[1:]), autograph=False
        ).get_concrete_function(spec)
    assert not {op.type for op in concrete.graph.get_operations()} & KERNELS
    found, expected = concrete(arrays[0]), function(*arrays)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-12)


CONVOLUTIONS = [
    ({"strides": 1, "padding": "valid"}),
    ({"strides": 1, "padding": "same"}),
    ({"strides": 2, "padding": "same"}),
    ({"strides": 3, "padding": "valid"}),
    ({"strides": 1, "padding": "same", "dilation_rate": 2}),
]


@pytest.mark.parametrize("how", CONVOLUTIONS)
@pytest.mark.parametrize("space", [(9,), (8, 9), (5, 6, 7)])
def test_a_convolution(space: tuple[int, ...], how: dict[str, Any]) -> None:
    size = (3, 2, 2)[: len(space)]
    check(lambda x, k: nn.conv(x, k, **how), (2, *space, 3), (*size, 3, 4))


@pytest.mark.parametrize("how", CONVOLUTIONS)
def test_a_depthwise_and_a_separable_convolution(how: dict[str, Any]) -> None:
    check(lambda x, k: nn.depthwise_conv(x, k, **how), (2, 8, 9, 3), (3, 3, 3, 2))
    check(
        lambda x, k, p: nn.separable_conv(x, k, p, **how),
        (2, 8, 9, 3),
        (3, 3, 3, 2),
        (1, 1, 6, 4),
    )


@pytest.mark.slow  # by their number
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_transposed_convolution(length: int, strides: int, padding: str) -> None:
    check(
        lambda x, k: nn.conv_transpose(x, k, strides, padding),
        (2, 4, 5, 3),
        (length, 2, 4, 3),
        free=False,
    )


def test_a_transposed_convolution_with_output_padding() -> None:
    check(
        lambda x, k: nn.conv_transpose(x, k, 2, "same", output_padding=1),
        (2, 4, 5, 3),
        (3, 3, 4, 3),
        free=False,
    )


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), [(2, None), (3, 2), (2, 3)])
def test_an_average_pool(size: int, strides: int | None, padding: str) -> None:
    check(lambda x: nn.average_pool(x, size, strides, padding, "channels_last"), (2, 7, 8, 3))


def test_float32_is_left_alone() -> None:
    with in_place(EXPORTABLE):
        graph = (
            tf.function(lambda x: nn.conv(x, tf.ones((2, 2, 3, 4))), autograph=False)
            .get_concrete_function(tf.TensorSpec((None, 5, 5, 3), "float32"))
            .graph
        )
    assert "Conv2D" in {op.type for op in graph.get_operations()}
