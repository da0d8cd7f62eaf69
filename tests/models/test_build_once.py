"""Keras reads a Sequential as it always does, but builds its layers once."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.build_once import building_once
from seqbench.models.model_file import load_file
from seqbench.models.twin import rebuild


class Counted(layers.Layer):  # type: ignore[misc] # Keras has no types
    """A layer that counts how often it is called."""

    calls = 0

    def call(self, x: Any) -> Any:
        Counted.calls += 1
        return x


class Own(keras.Sequential):  # type: ignore[misc] # Keras has no types
    """A subclass, which Keras makes by the same method."""


def model(kind: Any = keras.Sequential) -> Any:
    keras.utils.set_random_seed(0)
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4), layers.Dense(3)], name="inner")
    stack = [keras.Input((6,)), layers.Dense(5), inner, layers.LayerNormalization()]
    return kind([*stack, layers.Dropout(0.5), layers.Dense(2)], name="net")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_file_is_the_same_model(tmp_path: Path, suffix: str) -> None:
    given, x = model(), np.random.default_rng(0).random((3, 6)).astype("float32")
    given.save(tmp_path / f"net{suffix}")
    stock = keras.saving.load_model(tmp_path / f"net{suffix}", compile=False)
    loaded = load_file(tmp_path / f"net{suffix}", allow_code=False)
    assert [weight.path for weight in loaded.weights] == [weight.path for weight in stock.weights]
    assert loaded.get_config() == stock.get_config()
    np.testing.assert_array_equal(loaded(x), given(x))


def test_every_layer_is_called_once_and_in_keras_at_each_layer_added() -> None:
    stack = [Counted(name=f"counted_{i}") for i in range(8)]
    given = keras.Sequential([keras.Input((2,)), *stack])
    own = {"Counted": Counted}
    Counted.calls = 0
    keras.Sequential.from_config(given.get_config(), own)
    assert Counted.calls > 8  # else Keras does so itself, and nothing of this is needed
    Counted.calls = 0
    rebuild(given, given.get_config())
    assert Counted.calls == 8


@pytest.mark.parametrize("kind", [keras.Sequential, Own])
def test_a_model_without_the_shape_of_its_input_stays_unbuilt(kind: Any) -> None:
    plain = kind([layers.Dense(2), layers.Dense(1)], name="net")
    config = json.loads(json.dumps(plain.get_config()))
    with building_once():
        assert not kind.from_config(config).built
        assert not kind.from_config({"name": "none", "layers": []}).built
        built = kind.from_config({**config, "build_input_shape": [None, 3]})
    assert (type(built), built.input_shape) == (kind, (None, 3))


def test_a_subclass_is_itself() -> None:
    with building_once():
        assert type(Own.from_config(model(Own).get_config())) is Own


def test_keras_is_as_it_was_after_an_error() -> None:
    before = vars(keras.Sequential)["from_config"]
    with pytest.raises(KeyError), building_once():
        keras.Sequential.from_config({"layers": []})
    assert vars(keras.Sequential)["from_config"] is before
    assert type(Own.from_config(model(Own).get_config())) is Own
