"""A layer that keeps its state is asked from the zero state, and keeps it again after."""

import keras
import numpy as np
import tensorflow as tf

from seqbench import reference
from seqbench.freeze import freeze
from seqbench.models.stateless import stateless


def test_each_call_begins_anew_and_for_any_batch() -> None:
    layer = keras.layers.LSTM(3, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(2, 5, 4)), layer])
    x = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    first = np.asarray(model(x))
    assert np.abs(np.asarray(model(x)) - first).max() > 1e-3  # the state went on
    with stateless(model):
        assert not layer.stateful
        np.testing.assert_allclose(model(x), first, atol=1e-6)
    assert layer.stateful
    frozen = freeze(model).function
    np.testing.assert_allclose(frozen(tf.constant(x))[0], first, atol=1e-6)
    three = frozen(tf.constant(np.repeat(x[:1], 3, axis=0)))[0]
    np.testing.assert_allclose(three, np.repeat(first[:1], 3, axis=0), atol=1e-6)


def test_the_reference_asks_from_the_zero_state() -> None:
    model = keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 4)), keras.layers.LSTM(3, stateful=True)]
    )
    again = [reference.cases(model, seed=0)[0] for _ in range(2)]
    np.testing.assert_array_equal(again[0].own, again[1].own)
    assert len(again[0].x) > 2
