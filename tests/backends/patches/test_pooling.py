"""Pools: the patches compute what the originals do, whatever the windows."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import nn as backend

from seqbench.backends.patches.registry import EXPORTABLE, RUNNABLE, Table
from tests.support.tracing import RNG, check_float64, traced, volume

nn: Any = backend  # Keras has no types
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


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(("size", "strides"), [(2, None), (3, 2), (2, 3)])
def test_an_average_pool_in_float64(size: int, strides: int | None, padding: str) -> None:
    check_float64(
        lambda x: nn.average_pool(x, size, strides, padding, "channels_last"), (2, 7, 8, 3)
    )
