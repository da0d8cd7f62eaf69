"""TFLite runs recurrent layers at any batch and any time, and as Keras does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.runtimes import litert
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze

LAYERS = keras.layers


def masked(layer: Any) -> list[Any]:
    """Return the layer behind a mask."""
    return [LAYERS.Masking(), layer]


CASES: dict[str, Callable[[], list[Any]]] = {
    "lstm": lambda: [LAYERS.LSTM(4, return_sequences=True), LAYERS.LSTM(3)],
    "gru": lambda: [LAYERS.GRU(4)],
    "gru-reset-before": lambda: [LAYERS.GRU(4, reset_after=False, return_sequences=True)],
    "backwards": lambda: [LAYERS.SimpleRNN(4, go_backwards=True, return_sequences=True)],
    "masked": lambda: masked(LAYERS.LSTM(4, return_sequences=True)),
    "masked-last": lambda: masked(LAYERS.GRU(4)),
    "masked-zeros": lambda: masked(
        LAYERS.Bidirectional(LAYERS.LSTM(4, return_sequences=True, zero_output_for_mask=True))
    ),
    "stacked-cells": lambda: [
        LAYERS.RNN([LAYERS.LSTMCell(4), LAYERS.GRUCell(3)], return_sequences=True)
    ],
    "one-cell-in-a-list": lambda: [
        LAYERS.RNN([LAYERS.LSTMCell(4)], return_sequences=True),
        LAYERS.RNN([LAYERS.GRUCell(3)]),
    ],
    "dropout": lambda: [LAYERS.LSTM(4, dropout=0.3, recurrent_dropout=0.3)],
}


def held_to_keras(model: Any, x: np.ndarray, folder: Path) -> None:
    """Export a model and compare it at several batches, which one file must take."""
    exported = TARGETS["tflite"].export(freeze(model), folder / "model.tflite")
    assert exported.input.shape[0] is None
    assert exported.notes == ()
    session = litert.load(folder / "model.tflite", "cpu", 1)
    for rows in (1, 3, len(x)):
        want = np.asarray(model(x[:rows], training=False))
        np.testing.assert_allclose(session.run(x[:rows]), want, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("time", [7, None], ids=["fixed", "open"])
def test_any_batch_and_time(name: str, time: int | None, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((time, 5)), *CASES[name]()])
    x = np.random.default_rng(0).standard_normal((8, 7, 5)).astype(np.float32)
    x[2, 4:] = 0
    x[3, :3] = 0
    held_to_keras(model, x, tmp_path)


@pytest.mark.slow
def test_a_convolution_in_the_loop(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    layer = LAYERS.ConvLSTM2D(3, 3, padding="same", return_sequences=True)
    model = keras.Sequential([keras.Input((4, 6, 6, 2)), layer])
    x = np.random.default_rng(0).standard_normal((5, 4, 6, 6, 2)).astype(np.float32)
    held_to_keras(model, x, tmp_path)


def test_a_loop_of_the_users_own_keeps_a_fixed_batch(tmp_path: Path) -> None:
    class Sums(keras.Layer):  # type: ignore[misc] # Keras has no types
        def call(self, x: Any) -> Any:
            steps = keras.ops.moveaxis(x, 1, 0)
            return keras.ops.scan(lambda s, x: (s + x, s + x), x[:, 0] * 0, steps)[0]

    model = keras.Sequential([keras.Input((4, 3)), Sums()])
    exported = TARGETS["tflite"].export(freeze(model), tmp_path / "model.tflite")
    assert exported.notes == ("fixed batch of 1: lists of tensors need static shapes in TFLite",)
    x = np.random.default_rng(0).standard_normal((3, 4, 3)).astype(np.float32)
    session = litert.load(tmp_path / "model.tflite", "cpu", 1)
    np.testing.assert_allclose(session.run(x), x.sum(axis=1), rtol=1e-5, atol=1e-6)
