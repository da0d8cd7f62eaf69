"""Matrices, sums, transforms, ranges and seeds: the same numbers in other operations."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import math as backend
from keras.src.backend.tensorflow import nn, numpy

from seqbench.backends.patches import math
from seqbench.backends.patches.registry import EXPORTABLE, RUNNABLE, TFJS, Table, in_place
from seqbench.targets.frozen import freeze

RNG = np.random.default_rng(0)
MATRICES = np.random.default_rng(0).standard_normal((2, 3, 5))


@pytest.mark.parametrize("shape", [(2, 3, 5), (None, None, None)], ids=["fixed", "open"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "bool"])
@pytest.mark.parametrize(("lower", "upper"), [(-1, 0), (0, -1), (1, 2), (-1, -1), (0, 0), (3, 1)])
def test_the_band_of_a_matrix_is_tensorflows(
    lower: int, upper: int, dtype: str, shape: tuple[int | None, ...]
) -> None:
    x = tf.cast(tf.constant(MATRICES * 9), dtype)
    expected = tf.linalg.band_part(x, lower, upper)
    function = tf.function(lambda x: tf.linalg.band_part(x, lower, upper), autograph=False)
    with in_place(TFJS):
        concrete = function.get_concrete_function(tf.TensorSpec(shape, dtype))
    assert "MatrixBandPart" not in {op.type for op in concrete.graph.get_operations()}
    np.testing.assert_array_equal(concrete(x), expected)


VECTORS = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
VECTORS[0] = 0
VECTORS[1] *= 1e-14


@pytest.mark.parametrize("axis", [-1, 1, (1, 2)])
@pytest.mark.parametrize("epsilon", [None, 1e-12])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_length_is_kept_from_zero(axis: Any, epsilon: float | None, dtype: str) -> None:
    def normalize(x: Any) -> Any:
        return keras.ops.normalize(x, axis=axis, epsilon=epsilon)

    x = tf.constant(VECTORS.astype(dtype))
    with in_place(EXPORTABLE):
        concrete = tf.function(normalize, autograph=False).get_concrete_function(x)
    assert "Rsqrt" not in {op.type for op in concrete.graph.get_operations()}
    np.testing.assert_allclose(concrete(x), normalize(x), rtol=1e-6)


def test_other_lengths_are_left_alone() -> None:
    x = tf.constant(VECTORS)
    expected = keras.ops.normalize(x, order=1)
    with in_place(EXPORTABLE):
        np.testing.assert_array_equal(keras.ops.normalize(x, order=1), expected)


EINSUM = {"tensorflow.einsum": (math.einsum_as_matmul,)}


def tensor(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


SUMS = [
    ("ab,bc->ac", (3, 4), (4, 5)),
    ("abc,cde->abde", (2, 3, 4), (4, 5, 6)),
    ("...x,xy->...y", (2, 3, 4), (4, 5)),
    ("...ab,...bc->...ac", (2, 3, 4), (2, 4, 5)),
    ("...ab,...bc->...ac", (6, 2, 3, 4), (2, 4, 5)),
    ("aecd,abcd->acbe", (2, 3, 4, 5), (2, 6, 4, 5)),
    ("acbe,aecd->abcd", (2, 3, 4, 5), (2, 5, 3, 6)),
    ("ab,cd->abcd", (2, 3), (4, 5)),
    ("abc,bd->ad", (2, 3, 4), (3, 5)),
    ("ab,ab->", (2, 3), (2, 3)),
    ("ab,bc", (2, 3), (3, 4)),
    ("ba,bc", (2, 3), (2, 4)),
]


@pytest.mark.parametrize(("equation", "a", "b"), SUMS)
def test_an_einstein_sum_of_two_tensors(
    equation: str, a: tuple[int, ...], b: tuple[int, ...]
) -> None:
    x, y = tensor(*a), tensor(*b)
    with in_place(EINSUM):
        got = tf.einsum(equation, x, y)
    np.testing.assert_allclose(got, np.einsum(equation, x, y), rtol=1e-5, atol=1e-5)


def test_an_einstein_sum_of_open_dimensions() -> None:
    x, y = tensor(2, 3, 4), tensor(2, 5, 4)
    with in_place(EINSUM):
        function = tf.function(lambda x, y: tf.einsum("abc,adc->bad", x, y))
        concrete = function.get_concrete_function(
            tf.TensorSpec((None, None, 4)), tf.TensorSpec((None, None, 4))
        )
    assert "Einsum" not in {op.type for op in concrete.graph.get_operations()}
    got = concrete(tf.constant(x), tf.constant(y))
    np.testing.assert_allclose(got, np.einsum("abc,adc->bad", x, y), rtol=1e-5)


@pytest.mark.parametrize(("equation", "shapes"), [("aa->a", [(3, 3)]), ("ab,bb->a", [(2, 3)] * 2)])
def test_einstein_sums_that_are_left_to_the_original(
    equation: str, shapes: list[tuple[int, int]]
) -> None:
    asked: list[str] = []

    def original(equation: str, *_: object) -> str:
        asked.append(equation)
        return "original"

    assert math.einsum_as_matmul(original, equation, [tensor(*s) for s in shapes], {}) == "original"
    assert asked == [equation]


@pytest.mark.slow  # by their number
@pytest.mark.parametrize("shape", [(400,), (2, 400), (2, 3, 400)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("lengths", "window", "center"),
    [
        ((64, 32, 64), "hann", True),
        ((48, 20, 64), "hamming", False),
        ((33, 7, 65), "hann", True),
        ((48, 20, 64), None, True),
        ((48, 20, 64), np.linspace(0, 1, 48), False),
    ],
)
def test_frames_have_the_same_spectra(
    lengths: tuple[int, int, int],
    window: Any,
    center: bool,
    dtype: str,
    shape: tuple[int, ...],
) -> None:
    x = tf.constant(RNG.normal(size=shape), dtype)

    def transform(x: Any) -> Any:
        return backend.stft(x, *lengths, window=window, center=center)

    with in_place(EXPORTABLE):
        concrete = tf.function(transform, autograph=False).get_concrete_function(
            tf.TensorSpec(shape, dtype)
        )
    assert not {op.type for op in concrete.graph.get_operations()} & {"RFFT", "Complex"}
    limit = {"float32": 2e-5, "float64": 1e-12}[dtype]
    for found, expected in zip(concrete(x), transform(x), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, atol=limit)


def test_the_time_of_a_fourier_transform_may_be_open() -> None:
    def transform(x: Any) -> Any:
        return backend.stft(x, 48, 20, 64)

    with in_place(EXPORTABLE):
        concrete = tf.function(transform, autograph=False).get_concrete_function(
            tf.TensorSpec((None, None), "float32")
        )
    for time in (100, 333):
        x = tf.constant(RNG.normal(size=(2, time)), "float32")
        for found, expected in zip(concrete(x), transform(x), strict=True):
            np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize("table", [RUNNABLE, EXPORTABLE])
def test_sparsemax_counts_in_float16(table: Table) -> None:
    x = np.random.default_rng(0).normal(size=(4, 6)).astype("float16")
    expected = nn.sparsemax(tf.constant(x))
    with in_place(table):
        found = tf.function(nn.sparsemax, autograph=False)(tf.constant(x))
    assert found.dtype == tf.float16
    np.testing.assert_array_equal(found, expected)


def test_other_ranges_are_left_alone() -> None:
    with in_place(EXPORTABLE):
        assert tf.range(3).dtype == tf.int32
        assert tf.range(1.0, 3.0, dtype="float64").numpy().tolist() == [1.0, 2.0]


def test_products_of_8_bits_are_exact() -> None:
    rng = np.random.default_rng(0)
    a, b = (tf.constant(rng.integers(-127, 128, shape), tf.int8) for shape in ((5, 9), (9, 4)))
    expected = np.asarray(a, "int32") @ np.asarray(b, "int32")
    with in_place(EXPORTABLE):
        for product in (
            tf.function(lambda: numpy.matmul(a, b)),
            tf.function(lambda: numpy.einsum("ab,bc->ac", a, b)),
        ):
            ops = {op.type for op in product.get_concrete_function().graph.get_operations()}
            assert "BatchMatMulV3" not in ops
            assert product().dtype == tf.int32
            np.testing.assert_array_equal(product(), expected)
        half = tf.constant([[0.5]])
        np.testing.assert_array_equal(numpy.matmul(half, half), [[0.25]])
        np.testing.assert_array_equal(numpy.einsum("ab,bc->ac", half, half), [[0.25]])


@pytest.mark.parametrize("name", ["RandomHue", "RandomGrayscale", "RandomSaturation"])
def test_augmentation_that_draws_in_inference_vanishes(name: str) -> None:
    layer = getattr(keras.layers, name)(0.2)
    model = keras.Sequential([keras.Input((8, 8, 3)), layer])
    state = np.array(layer.generator.state)
    frozen = freeze(model)
    assert not any("Random" in op or "Variable" in op for op in frozen.ops)
    x = tf.constant(np.random.default_rng(0).random((2, 8, 8, 3)), "float32")
    np.testing.assert_array_equal(frozen.function(x)[0], x)
    np.testing.assert_array_equal(np.array(layer.generator.state), state)
