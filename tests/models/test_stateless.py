"""A layer that keeps its state is asked from the zero state, and keeps it again after."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.models.stateless import start_from_zero_state, stateful_notes
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference


def test_each_call_begins_anew_and_for_any_batch() -> None:
    layer = keras.layers.LSTM(3, stateful=True)
    model = keras.Sequential([keras.Input(batch_shape=(2, 5, 4)), layer])
    x = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    first = np.asarray(model(x))
    assert np.abs(np.asarray(model(x)) - first).max() > 1e-3  # the state went on
    with start_from_zero_state(model):
        assert not layer.stateful
        np.testing.assert_allclose(model(x), first, atol=1e-6)
    assert layer.stateful
    frozen = freeze(model).function
    np.testing.assert_allclose(frozen(tf.constant(x))[0], first, atol=1e-6)
    three = frozen(tf.constant(np.repeat(x[:1], 3, axis=0)))[0]
    np.testing.assert_allclose(three, np.repeat(first[:1], 3, axis=0), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_every_export_says_that_it_begins_anew(target: str, tmp_path: Path) -> None:
    layer = keras.layers.GRU(3, stateful=True, name="memory")
    model = keras.Sequential([keras.Input(batch_shape=(2, 5, 4)), layer])
    notes = TARGETS[target].export(freeze(model), tmp_path / "artifact").notes
    assert notes == stateful_notes(model)
    assert "zero state" in notes[0]
    assert "memory" in notes[0]


def test_other_models_have_nothing_to_say_of_states() -> None:
    assert stateful_notes(keras.Sequential([keras.Input((5, 4)), keras.layers.GRU(3)])) == ()


def test_the_reference_asks_from_the_zero_state() -> None:
    model = keras.Sequential(
        [keras.Input(batch_shape=(2, 5, 4)), keras.layers.LSTM(3, stateful=True)]
    )
    again = [reference.build_cases(model, seed=0)[0] for _ in range(2)]
    np.testing.assert_array_equal(again[0].own, again[1].own)
    assert len(again[0].x) > 2
