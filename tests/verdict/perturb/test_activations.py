"""Gates and averages are moved by as much as a right runtime may be off, and no more."""

import keras
import numpy as np
import pytest
from keras import layers

from seqbench.models.twin import float64_twin
from seqbench.verdict.perturb.activations import make_shiftable


def test_gates_are_off_by_the_last_place_of_1_and_no_more() -> None:
    keras.utils.set_random_seed(0)
    gru = layers.GRU(4, activation="relu")  # its gates are sigmoids, its state is not bounded
    stack = [layers.Bidirectional(layers.LSTM(4, return_sequences=True)), gru, layers.Dense(2)]
    model = float64_twin(keras.Sequential([keras.Input((5, 3)), *stack]))
    x = np.random.default_rng(0).standard_normal((8, 5, 3))
    before = np.asarray(model(x))
    shift = make_shiftable(model).move
    assert np.array_equal(before, model(x))
    shift(np.random.default_rng(0), 1e-6)
    assert 1e-8 < np.abs(np.asarray(model(x)) - before).max() < 1e-4
    assert model.layers[1].cell.activation is keras.activations.relu
    assert model.layers[2].activation is keras.activations.linear


@pytest.mark.parametrize("name", ["silu", "gelu", "mish"])
def test_a_gate_within_an_activation_is_off_too_times_its_input(name: str) -> None:
    stack = [layers.Rescaling(1.0), layers.Activation(name)]
    model = float64_twin(keras.Sequential([keras.Input((3,)), *stack]))
    x, function = np.array([[-40.0, 1.0, 40.0]]), keras.activations.get(name)
    shift = make_shiftable(model).move
    np.testing.assert_allclose(model(x), function(x), rtol=1e-12, atol=1e-15)
    shift(np.random.default_rng(0), 1e-6)
    off = (np.asarray(model(x)) - function(x)) / x
    np.testing.assert_allclose(np.abs(off), np.full((1, 3), 1e-6), rtol=1e-6)
    assert np.ptp(np.sign(off)) == 0


@pytest.mark.parametrize("size", [4, 16])
def test_an_average_is_off_by_the_root_of_its_count(size: int) -> None:
    model = float64_twin(
        keras.Sequential([keras.Input((size, size, 2)), layers.GlobalAveragePooling2D()])
    )
    x = np.full((1, size, size, 2), [3.0, -3.0])
    x[:, ::2, :, 1] *= -1  # cancels to zero, but the sum on the way does not
    shift = make_shiftable(model).move
    np.testing.assert_allclose(model(x), [[3.0, 0.0]], atol=1e-15)
    shift(np.random.default_rng(0), 1e-6)
    off = np.asarray(model(x)) - [[3.0, 0.0]]
    drawn = np.random.default_rng(0).choice([-1e-6, 1e-6])
    np.testing.assert_allclose(off, np.full((1, 2), drawn * size * 3))


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        (layers.LayerNormalization(), 4),
        (layers.LayerNormalization(axis=[1, 2, 3]), 64),
        (layers.GroupNormalization(2), 32),
        (layers.GroupNormalization(1, axis=1), 64),
    ],
)
def test_what_is_left_of_numbers_that_hardly_differ_is_off(layer: layers.Layer, count: int) -> None:
    layer.epsilon = 1.0  # the rest is divided by about 1
    model = float64_twin(keras.Sequential([keras.Input((4, 4, 4)), layer]))
    x = np.full((2, 4, 4, 4), 1000.0)
    x[:, 0, 0, 0] = 0  # is moved as the others are
    x[:, 1:, 1:] += np.random.default_rng(0).uniform(-1e-3, 1e-3, (2, 3, 3, 4))
    before, shift = np.asarray(model(x)), make_shiftable(model).move
    assert np.array_equal(before, model(x))
    shift(np.random.default_rng(0), 1e-9)
    off = np.abs(np.asarray(model(x)) - before)[:, 1:, 1:]
    assert 0.002 < off.max() / (1e-9 * np.sqrt(count) * 1000) < 2
