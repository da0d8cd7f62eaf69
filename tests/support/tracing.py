"""Functions traced with patches in place, and what is given to them."""

from typing import Any

import numpy as np
import tensorflow as tf

from seqbench.backends.patches.registry import EXPORTABLE, Table, in_place

RNG = np.random.default_rng(0)

KERNELS = {"Conv2D", "Conv3D", "DepthwiseConv2dNative", "AvgPool", "Conv2DBackpropInput"}


def traced(table: Table, function: Any, x: np.ndarray, shape: tuple[int | None, ...]) -> Any:
    """Trace a function with patches in place; return its output and its operations."""
    with in_place(table):
        concrete = tf.function(function, autograph=False).get_concrete_function(
            tf.TensorSpec(shape, x.dtype)
        )
    ops = {op.type for op in concrete.graph.get_operations()}
    return concrete(tf.constant(x)).numpy(), ops


def check_float64(function: Any, *shapes: tuple[int, ...], free: bool = True) -> None:
    """Compare a function of inputs and kernels with and without the patches."""
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


def volume(dtype: str = "float32") -> np.ndarray:
    return RNG.normal(size=(2, 5, 6, 7, 3)).astype(dtype)
