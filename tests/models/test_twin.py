"""A model made again computes the same, also where Keras cannot read what it wrote."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from seqbench.models.twin import computes_in_float64, convert_precision, float64_twin, rebuild

NUMBERS = np.array([[3], [5], [5], [7]])
WORDS = ["ape bee", "bee cat cat", "dog"]


def stack(layer: Any, shape: tuple[int, ...] = (4,), dtype: str = "float32") -> Any:
    return keras.Sequential([keras.Input(shape, dtype=dtype), layer])


def adapted(layer: Any, data: Any) -> Any:
    layer.adapt(data)
    return layer


@pytest.mark.parametrize("mode", ["int", "multi_hot", "tf_idf"])
def test_a_lookup_keeps_what_it_adapted_to(mode: str) -> None:
    numbers = stack(adapted(layers.IntegerLookup(output_mode=mode), NUMBERS), dtype="int64")
    words = stack(adapted(layers.TextVectorization(output_mode=mode), WORDS), (1,), "string")
    for model, x in (
        (numbers, tf.constant([[3, 5, 7, 9]], "int64")),
        (words, tf.constant([["bee dog emu"]])),
    ):
        again = rebuild(model, model.get_config())
        np.testing.assert_array_equal(again(x), model(x))


def test_a_shear_whose_range_keras_refuses_to_read_is_made_again() -> None:
    model = stack(layers.RandomShear(0.2, 0.3), (6, 6, 3))
    x = np.random.default_rng(0).random((2, 6, 6, 3)).astype("float32")
    again = rebuild(model, model.get_config())
    np.testing.assert_array_equal(again(x, training=False), x)


def test_a_model_of_float64_computes_in_float32_too() -> None:
    model = stack(layers.Dense(3, dtype="float64"))
    narrow = convert_precision(model, "float32")
    x = np.random.default_rng(0).random((5, 4)).astype("float32")
    assert narrow(x).dtype == "float32"
    difference = np.abs(np.asarray(narrow(x), "float64") - np.asarray(model(x))).max()
    assert 0 < difference < 1e-6


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (layers.Dense(3, dtype="float64"), True),
        (layers.Dense(3), False),
        (layers.Dense(3, dtype="mixed_float16"), False),
        (layers.TimeDistributed(layers.Dense(3, dtype="float64")), False),  # the wrapper narrows
    ],
)
def test_a_model_computes_in_float64_only_if_all_of_it_does(layer: Any, expected: bool) -> None:
    assert computes_in_float64(stack(layer, (2, 4))) == expected


def test_statistics_of_an_adapted_normalization_come_along() -> None:
    data = np.random.default_rng(0).normal(5, 3, (50, 4)).astype("float32")
    model = stack(adapted(layers.Normalization(), data))
    twin = float64_twin(model)
    np.testing.assert_allclose(twin(data), model(data), atol=1e-5)
