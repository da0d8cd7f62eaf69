"""A Fourier transform written as a convolution is the transform."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras.src.backend.tensorflow import math

from seqbench.backends.patches import EXPORTABLE, in_place

RNG = np.random.default_rng(0)


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
        return math.stft(x, *lengths, window=window, center=center)

    with in_place(EXPORTABLE):
        concrete = tf.function(transform, autograph=False).get_concrete_function(
            tf.TensorSpec(shape, dtype)
        )
    assert not {op.type for op in concrete.graph.get_operations()} & {"RFFT", "Complex"}
    limit = {"float32": 2e-5, "float64": 1e-12}[dtype]
    for found, expected in zip(concrete(x), transform(x), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, atol=limit)


def test_time_may_be_open() -> None:
    def transform(x: Any) -> Any:
        return math.stft(x, 48, 20, 64)

    with in_place(EXPORTABLE):
        concrete = tf.function(transform, autograph=False).get_concrete_function(
            tf.TensorSpec((None, None), "float32")
        )
    for time in (100, 333):
        x = tf.constant(RNG.normal(size=(2, time)), "float32")
        for found, expected in zip(concrete(x), transform(x), strict=True):
            np.testing.assert_allclose(found, expected, atol=2e-5)
