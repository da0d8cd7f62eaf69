"""Convolutions in float64 are the same sums without the operations."""

from typing import Any

import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn

from seqbench.backends.patches.registry import EXPORTABLE, in_place
from tests.support.tracing import check_float64

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
    check_float64(lambda x, k: nn.conv(x, k, **how), (2, *space, 3), (*size, 3, 4))


@pytest.mark.parametrize("how", CONVOLUTIONS)
def test_a_depthwise_and_a_separable_convolution(how: dict[str, Any]) -> None:
    check_float64(lambda x, k: nn.depthwise_conv(x, k, **how), (2, 8, 9, 3), (3, 3, 3, 2))
    check_float64(
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
    check_float64(
        lambda x, k: nn.conv_transpose(x, k, strides, padding),
        (2, 4, 5, 3),
        (length, 2, 4, 3),
        free=False,
    )


def test_a_transposed_convolution_with_output_padding() -> None:
    check_float64(
        lambda x, k: nn.conv_transpose(x, k, 2, "same", output_padding=1),
        (2, 4, 5, 3),
        (3, 3, 4, 3),
        free=False,
    )


def test_float32_is_left_alone() -> None:
    with in_place(EXPORTABLE):
        graph = (
            tf.function(lambda x: nn.conv(x, tf.ones((2, 2, 3, 4))), autograph=False)
            .get_concrete_function(tf.TensorSpec((None, 5, 5, 3), "float32"))
            .graph
        )
    assert "Conv2D" in {op.type for op in graph.get_operations()}
