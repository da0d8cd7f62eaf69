"""Twins in float64 of layers that Keras does not build there by itself."""

from typing import Any

import keras
import numpy as np
import pytest

from seqbench.models.twin import float64_twin
from seqbench.verdict import reference


def doubled(x: Any) -> Any:
    return keras.activations.gelu(x, approximate=True) * 2


@pytest.mark.parametrize(
    ("shape", "dtype", "make"),
    [
        ((400,), "float32", lambda k: k.MelSpectrogram(64, 32, num_mel_bins=8)),
        (
            (8, 8, 3),
            "float32",
            lambda k: k.Pipeline([k.RandomRotation(0.1), k.Resizing(5, 4), k.Rescaling(0.1)]),
        ),
        ((4,), "int64", lambda k: k.Hashing(5)),
        ((5,), "float32", lambda k: k.Dense(4, activation=doubled)),
        ((5,), "float32", lambda k: k.Dense(4, dtype="mixed_bfloat16")),
    ],
    ids=["mel", "pipeline", "hashing", "own-function", "bfloat16"],
)
def test_a_twin_computes_the_same_in_float64(shape: Any, dtype: str, make: Any) -> None:
    model = keras.Sequential([keras.Input(shape, dtype=dtype), make(keras.layers)])
    case = reference.build_cases(model, seed=0)[0]
    difference = np.abs(case.exact - case.own.astype("float64")).max()
    assert difference <= 0.02 * np.abs(case.exact).max()
    twin = float64_twin(model)
    assert twin.layers[-1].name == model.layers[-1].name
    expected = "int64" if dtype == "int64" else "float64"
    assert keras.backend.standardize_dtype(twin.outputs[0].dtype) == expected
