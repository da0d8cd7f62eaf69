"""Pooling and convolution: the substitutes compute what the originals do, whatever the windows."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn as backend

from seqbench.backends.patches import EXACT, EXPORTABLE, RUNNABLE, Table, in_place

nn: Any = backend  # Keras has no types
RNG = np.random.default_rng(0)


def traced(table: Table, function: Any, x: np.ndarray, shape: tuple[int | None, ...]) -> Any:
    """Trace a function with substitutes in place; return its output and its operations."""
    with in_place(table):
        concrete = tf.function(function, autograph=False).get_concrete_function(
            tf.TensorSpec(shape, x.dtype)
        )
    ops = {op.type for op in concrete.graph.get_operations()}
    return concrete(tf.constant(x)).numpy(), ops


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


def volume(dtype: str = "float32") -> np.ndarray:
    return RNG.normal(size=(2, 5, 6, 7, 3)).astype(dtype)


WINDOWS: list[dict[str, Any]] = [
    {"pool_size": 2},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": (1, 2, 3), "strides": (1, 2, 2), "padding": "same"},
    {"pool_size": (5, 1, 1), "strides": 1},
    {"pool_size": 2, "strides": 3, "data_format": "channels_first"},
]


@pytest.mark.parametrize("shape", [(None, 5, 6, 7, 3), (None, None, None, None, 3)])
@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
@pytest.mark.parametrize("config", WINDOWS)
def test_a_3d_pool_is_two_pools(config: dict[str, Any], name: str, shape: Any) -> None:
    if "data_format" in config and None in shape[1:]:
        shape = (None, 5, None, None, None)
    x = volume()
    got, ops = traced(EXPORTABLE, lambda x: getattr(nn, name)(x, **config), x, shape)
    assert not ops & {"MaxPool3D", "AvgPool3D"}
    np.testing.assert_allclose(got, getattr(nn, name)(tf.constant(x), **config), atol=1e-6)


@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_average_pool"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("size", [2, (3, 4, 2)])
def test_an_adaptive_3d_pool_is_two_pools(name: str, data_format: str, size: Any) -> None:
    def pool(x: Any) -> Any:
        return getattr(nn, name)(x, size, data_format)

    x = volume()
    if data_format == "channels_first":
        x = np.ascontiguousarray(x.transpose(0, 4, 1, 2, 3))
    got, ops = traced(EXPORTABLE, pool, x, (None, *x.shape[1:]))
    assert not ops & {"MaxPool3D", "AvgPool3D"}
    np.testing.assert_allclose(got, pool(tf.constant(x)), atol=1e-6)


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_only_float64_is_pooled_otherwise_where_models_run(name: str) -> None:
    def pool(x: Any) -> Any:
        return getattr(nn, name)(x, 2, padding="same")

    x = volume()
    got, ops = traced(RUNNABLE, pool, x, (None, *x.shape[1:]))
    assert ops & {"MaxPool3D", "AvgPool3D"}
    exact, ops = traced(RUNNABLE, pool, x.astype("float64"), (None, *x.shape[1:]))
    assert not ops & {"MaxPool3D", "AvgPool3D"}
    np.testing.assert_allclose(got, exact, atol=1e-6)


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


@pytest.mark.parametrize("name", ["max", "average"])
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_a_cpu_pools_volumes_in_any_precision(dtype: str, name: str) -> None:
    x = RNG.normal(size=(2, 4, 6, 4, 3)).astype(dtype)
    pool = f"{name}_pool"
    got, ops = traced(
        RUNNABLE,
        lambda x: getattr(nn, pool)(x, 2, 2, "valid", "channels_last"),
        x,
        (None, *x.shape[1:]),
    )
    assert not ops & {"MaxPool3D", "AvgPool3D"}
    blocks = x.astype("float64").reshape(2, 2, 2, 3, 2, 2, 2, 3)
    expected = (np.max if name == "max" else np.mean)(blocks, axis=(2, 4, 6))
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, atol=4e-3 if dtype == "float16" else 1e-12)


def _windows(x: np.ndarray, sizes: tuple[int, ...], reduce: Any) -> np.ndarray:
    """Pool each axis by the definition of adaptive windows."""
    for axis, after in enumerate(sizes, start=1):
        before = x.shape[axis]
        edges = [(i * before // after, -(-(i + 1) * before // after)) for i in range(after)]
        parts = [reduce(np.take(x, range(*edge), axis), axis, keepdims=True) for edge in edges]
        x = np.concatenate(parts, axis)
    return x


@pytest.mark.slow  # by their number
@pytest.mark.parametrize("table", [RUNNABLE, EXPORTABLE])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "reduce"), [("max", np.max), ("average", np.mean)])
@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ((9, 3), (1,)),
        ((9, 3), (3,)),
        ((8, 9, 3), (1, 1)),
        ((8, 9, 3), (3, 1)),
        ((8, 9, 3), (4, 2)),
        ((5, 6, 7, 3), (1, 1, 1)),
        ((5, 6, 7, 3), (2, 3, 1)),
    ],
)
def test_an_adaptive_pool_takes_any_size(
    shape: tuple[int, ...], sizes: tuple[int, ...], name: str, reduce: Any, table: Table, dtype: str
) -> None:
    x = RNG.normal(size=(2, *shape)).astype(dtype)
    pool = f"adaptive_{name}_pool"
    got, ops = traced(
        table, lambda x: getattr(nn, pool)(x, sizes, "channels_last"), x, (None, *shape)
    )
    assert got.dtype == dtype
    np.testing.assert_allclose(
        got, _windows(x, sizes, reduce), atol=1e-6 if dtype == "float32" else 1e-15
    )
    if (dtype, table) == ("float64", EXPORTABLE):
        assert "AvgPool" not in ops


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
