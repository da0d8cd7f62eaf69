"""Convolutions: the patches compute what the originals do, whatever the windows."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn as backend

from seqbench.backends.patches.registry import EXACT, EXPORTABLE, RUNNABLE, TFJS, Table, in_place
from seqbench.targets.frozen import Traces, freeze
from tests.support.tracing import RNG, traced, volume

nn: Any = backend  # Keras has no types


def direct(x: np.ndarray, kernel: np.ndarray, strides: tuple[int, ...]) -> np.ndarray:
    """A convolution with "same" padding by its definition.

    TensorFlow's own is none where a kernel in 3-D is narrower than its stride and the CPU is one on
    which TensorFlow does without oneDNN.
    """
    sizes = kernel.shape[: len(strides)]
    places = [-(-n // step) for n, step in zip(x.shape[1:], strides, strict=False)]
    pads = [
        max((count - 1) * step + size - n, 0)
        for count, step, size, n in zip(places, strides, sizes, x.shape[1:], strict=False)
    ]
    padded = np.pad(x, [(0, 0), *((pad // 2, pad - pad // 2) for pad in pads), (0, 0)])
    y = np.empty((len(x), *places, kernel.shape[-1]), x.dtype)
    for at in np.ndindex(*places):
        window = tuple(
            slice(i * step, i * step + size)
            for i, step, size in zip(at, strides, sizes, strict=True)
        )
        part = padded[(slice(None), *window)]
        y[(slice(None), *at)] = np.tensordot(part, kernel, len(strides) + 1)
    return y


@pytest.mark.parametrize("dilation", [2, (3, 1, 2)])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("shape", [(2, 7, 8, 9, 4), (None, None, 8, 9, 4)])
def test_a_dilated_3d_convolution_needs_no_dilation(
    dilation: Any, padding: str, shape: Any
) -> None:
    x = RNG.normal(size=(2, 7, 8, 9, 4)).astype("float32")
    kernel = RNG.normal(size=(2, 3, 3, 4, 5)).astype("float32")

    def conv(x: Any) -> Any:
        return nn.conv(x, kernel, 1, padding, None, dilation)

    got, ops = traced(EXPORTABLE, conv, x, shape)
    assert not ops & {"SpaceToBatchND", "BatchToSpaceND"}
    np.testing.assert_allclose(got, conv(tf.constant(x)), atol=1e-5)


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("table", [RUNNABLE, EXPORTABLE])
def test_a_dilated_transposed_convolution_is_the_sum_of_its_taps(
    rank: int, padding: str, table: Table
) -> None:
    size, dilation = 4, 2
    x = RNG.normal(size=(2, *(size,) * rank, 3)).astype("float32")
    kernel = RNG.normal(size=(*(3,) * rank, 5, 3)).astype("float32")
    full = np.zeros((2, *(size + 2 * dilation,) * rank, 5))
    for tap in np.ndindex(*(3,) * rank):
        place = tuple(slice(dilation * i, dilation * i + size) for i in tap)
        full[:, *place] += x @ kernel[tap].T
    start = 0 if padding == "valid" else dilation
    stop = full.shape[1] - start
    expected = full[:, *(slice(start, stop),) * rank]

    def conv(x: Any) -> Any:
        return nn.conv_transpose(x, kernel, 1, padding, None, None, dilation)

    got, _ = traced(table, conv, x, (None, *x.shape[1:]))
    np.testing.assert_allclose(got, expected, atol=1e-5)


NARROW: list[tuple[str, tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = [
    ("conv", (8,), (1,), (2,)),
    ("conv", (8, 9), (1, 2), (2, 1)),
    ("conv", (7, 10), (2, 2), (3, 3)),
    ("conv", (7, 8, 9), (1, 2, 1), (2, 1, 3)),
    ("depthwise_conv", (8, 8), (1, 2), (2, 2)),
    ("separable_conv", (8, 8), (2, 1), (3, 3)),
]


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize(("name", "space", "size", "strides"), NARROW)
def test_a_kernel_narrower_than_its_stride_is_padded_before(
    name: str, space: Any, size: Any, strides: Any, free: bool
) -> None:
    x = RNG.normal(size=(2, *space, 3)).astype("float32")
    kernels = [RNG.normal(size=(*size, 3, 2)).astype("float32")]
    if name == "separable_conv":
        kernels.append(RNG.normal(size=(*(1 for _ in size), 6, 4)).astype("float32"))

    def convolve(x: Any) -> Any:
        step = strides[0] if name != "conv" else strides
        return getattr(nn, name)(x, *kernels, step, "same")

    shape = (None, *(None for _ in space), 3) if free else (None, *space, 3)
    with in_place(EXPORTABLE):
        traced = tf.function(convolve, autograph=False).get_concrete_function(
            tf.TensorSpec(shape, "float32")
        )
    paddings = {op.get_attr("padding") for op in traced.graph.get_operations() if "Conv" in op.type}
    assert paddings <= {b"VALID", b"SAME"}
    assert b"VALID" in paddings
    expected = direct(x, kernels[0], strides) if name == "conv" else convolve(tf.constant(x))
    np.testing.assert_allclose(traced(tf.constant(x)), expected, atol=1e-5)


def test_a_float64_convolution_in_3d_starts_inside_its_input() -> None:
    x, kernel = volume("float64"), RNG.normal(size=(1, 2, 1, 3, 2))
    x = x[:, :, :, :6]
    with in_place(EXACT):
        got = nn.conv(x, kernel, (1, 1, 3), "same")
    np.testing.assert_allclose(got, direct(x, kernel, (1, 1, 3)), atol=1e-12)


TRANSPOSED: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": (2, 3, 1), "strides": (3, 1, 2)},
    {"kernel_size": (4, 3, 2), "strides": (2, 1, 2), "padding": "same"},
    {"kernel_size": 1, "strides": 2, "padding": "same"},
    {"kernel_size": (5, 3, 3), "strides": 2, "padding": "same"},
    {"kernel_size": 3, "strides": 2, "output_padding": 1},
    {"kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"},
    {"kernel_size": 4, "strides": (3, 2, 2), "output_padding": (2, 1, 1), "padding": "same"},
]


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (None, None, None, 2)], ids=["fixed", "open"])
@pytest.mark.parametrize("config", TRANSPOSED, ids=str)
def test_a_transposed_3d_convolution_is_a_sum_of_2d_ones(
    config: dict[str, Any], shape: tuple[int | None, ...]
) -> None:
    layer = keras.layers.Conv3DTranspose(3, bias_initializer="normal", **config)
    model = keras.Sequential([keras.Input(shape), layer])
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5, 2)).astype(np.float32)
    frozen = Traces(model).freeze(patches=TFJS)
    assert "Conv3DBackpropInputV2" not in frozen.ops
    got = frozen.function(tf.constant(x))[0]
    want = model(x)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_other_formats_keep_the_transposed_3d_convolution() -> None:
    model = keras.Sequential([keras.Input((3, 4, 5, 2)), keras.layers.Conv3DTranspose(3, 3)])
    assert "Conv3DBackpropInputV2" in freeze(model).ops
