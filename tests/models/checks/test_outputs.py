"""What a model ends in, and what labels look like to it."""

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from seqbench.models.checks.outputs import Ending, Labels, fits, read_ending, read_labels


class Mine(keras.layers.Layer):  # type: ignore[misc] # mypy does not follow keras
    """A layer whose range nobody knows, whatever its attributes say."""

    activation = staticmethod(keras.activations.sigmoid)

    def call(self, x: Any) -> Any:
        return x


@pytest.mark.parametrize(
    ("tail", "layer", "activation"),
    [
        ([layers.Dense(3, name="a")], "a", "linear"),
        ([layers.Dense(3, activation="gelu", name="b")], "b", "gelu"),
        ([layers.Dense(3, activation=layers.ReLU(), name="c")], "c", "relu"),
        ([layers.Dense(3), layers.PReLU(name="d")], "d", "prelu"),
        ([layers.Dense(3), layers.ELU(name="e")], "e", "elu"),
        ([layers.Dense(3), layers.LayerNormalization(name="f")], "f", "linear"),
        ([layers.Dense(3), Mine(name="g")], "g", None),
        ([layers.Dense(3), layers.Rescaling(2.0, name="h")], "h", None),
        (
            [layers.Dense(3, activation="tanh", name="i"), layers.GaussianNoise(0.1)],
            *("i", "tanh"),
        ),
        ([layers.Dense(3, name="j"), layers.Activation("linear")], "j", "linear"),
        (
            [keras.Sequential([layers.Dense(3, activation="relu", name="k")], name="inner")],
            *("inner/k", "relu"),
        ),
        ([layers.Reshape((2, 2)), layers.LSTM(3, name="l")], "l", "tanh"),
        (
            [layers.Reshape((2, 2)), layers.Bidirectional(layers.GRU(3), name="m")],
            *("m", "tanh"),
        ),
        (
            [layers.Reshape((2, 2)), layers.Bidirectional(layers.GRU(3), "sum", name="o")],
            *("o", None),
        ),
        (
            [
                layers.Reshape((2, 2)),
                layers.Conv1D(3, 1, activation="softmax", name="n"),
                layers.GlobalAveragePooling1D(),
            ],
            *("n", "softmax"),
        ),
    ],
)
def test_ending(tail: list[keras.layers.Layer], layer: str, activation: str | None) -> None:
    ending = read_ending(keras.Sequential([keras.Input((4,)), *tail]))
    assert (ending.layer, ending.activation) == (layer, activation)


def test_a_model_without_any_range_giving_layer_goes_by_its_own_name() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Flatten()], name="flat")
    assert read_ending(model) == Ending(layer="flat", activation=None, shape=(4,))


def test_free_dimensions_stay_free() -> None:
    model = keras.Sequential([keras.Input((None, 4)), layers.Dense(3)])
    ending = read_ending(model)
    assert ending.shape == (None, 3)
    assert ending.units == 3


@given(st.lists(st.integers(1, 9), max_size=4), st.data())
def test_a_shape_fits_itself_with_any_sizes_left_free(
    shape: list[int], data: st.DataObject
) -> None:
    free = [data.draw(st.sampled_from((size, None))) for size in shape]
    assert fits(shape, free)
    assert not fits([*shape, 1], free)
    assert not shape or not fits([size + 1 for size in shape], shape)


@pytest.mark.parametrize(
    ("shape", "labels", "expected"),
    [
        ((3,), [[0, 0, 1], [1, 0, 0]], Labels.ONE_HOT),
        ((3,), [[0.1, 0.1, 0.8]], Labels.SHARES),
        ((3,), [[0, 1, 1], [0, 0, 1]], Labels.MULTI_HOT),
        ((3,), [[0.5, 0.1, 0.1]], Labels.UNIT),
        ((3,), [[0.5, -0.1, 0.1]], Labels.QUANTITY),
        ((3,), [[0, 2, 1]], Labels.QUANTITY),
        ((3,), [0, 2, 1], Labels.CLASS_NUMBERS),
        ((3,), [[0], [2]], Labels.CLASS_NUMBERS),
        ((None, 3), [[0, 2, 1, 1]], Labels.CLASS_NUMBERS),
        ((1,), [0, 1, 1], Labels.YES_NO),
        ((1,), [[True], [False]], Labels.YES_NO),
        ((1,), [0.0, 0.3], Labels.UNIT),
        ((1,), [0, 1, 2], Labels.COUNTED),
        ((1,), [0.0, 1.0, 2.0], Labels.QUANTITY),
        ((1,), [0, 1, 3], Labels.QUANTITY),
        ((1,), [1, 2, 3], Labels.QUANTITY),
        ((1,), list(range(21)), Labels.QUANTITY),
        ((1,), [-1, 1], Labels.QUANTITY),
        ((1,), [0.5, 1.5], Labels.QUANTITY),
    ],
)
def test_labels(shape: tuple[int | None, ...], labels: list[object], expected: Labels) -> None:
    ending = Ending(layer="last", activation=None, shape=shape)
    assert read_labels(np.array(labels), ending) is expected
