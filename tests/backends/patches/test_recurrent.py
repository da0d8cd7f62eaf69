"""Recurrent layers, and layers on each step, give what Keras gives at any batch and any time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends.patches.registry import RUNNABLE, in_place
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


STEPS = np.random.default_rng(0).standard_normal((2, 3, 6, 6, 2)).astype(np.float32)


def run_each_step(
    layers: list[Any], x: np.ndarray, shape: tuple[int | None, ...]
) -> tuple[Any, Any, Any]:
    """Return what the model and its export answer, and the export's operations."""
    model = keras.Sequential([keras.Input(shape), *layers])
    frozen = freeze(model)
    return model(x, training=False), frozen.function(tf.constant(x))[0], frozen


@pytest.mark.slow  # by their number
@pytest.mark.parametrize("time", [3, None], ids=["fixed", "open"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: LAYERS.Dense(4, bias_initializer="normal"),
        lambda: LAYERS.Conv2D(4, 3),
        LAYERS.BatchNormalization,
        LAYERS.Flatten,
        lambda: LAYERS.Dropout(0.5),
        lambda: LAYERS.TimeDistributed(LAYERS.LSTM(4)),
        lambda: keras.Sequential([LAYERS.Conv2D(4, 3), LAYERS.GlobalMaxPooling2D()]),
    ],
    ids=["dense", "conv2d", "batchnorm", "flatten", "dropout", "nested", "sequential"],
)
def test_a_layer_on_all_steps_is_the_layer_on_each(
    make: Callable[[], Any], time: int | None
) -> None:
    want, got, frozen = run_each_step(
        [LAYERS.TimeDistributed(make())], STEPS, (time, *STEPS.shape[2:])
    )
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    assert sum(op.type == "Conv2D" for op in frozen.function.graph.get_operations()) <= 1


def test_the_mask_of_the_inner_layer() -> None:
    x = STEPS[..., 0].copy()
    x[:, 2:] = 0
    x[0, :, 3:] = 0
    layers = [LAYERS.Masking(), LAYERS.TimeDistributed(LAYERS.Softmax())]
    with pytest.raises(ValueError, match="mask"):  # one number a step masks no softmax
        run_each_step(layers, x, (3, 6, 6))
    masked = [LAYERS.Masking(), LAYERS.TimeDistributed(LAYERS.Dense(4)), LAYERS.LSTM(3)]
    flat = x.reshape(2, 3, 36)
    want, got, _ = run_each_step(masked, flat, (3, 36))
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rows", [2, 7])
def test_an_open_length_runs_in_a_graph(rows: int) -> None:
    layers = [keras.Input((None, 3)), LAYERS.TimeDistributed(LAYERS.Dense(4))]
    model = keras.Sequential(layers)
    x = np.random.default_rng(0).standard_normal((rows, 5, 3)).astype(np.float32)
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    with in_place(RUNNABLE):
        graph = function.get_concrete_function(tf.TensorSpec((None, None, 3)))
    np.testing.assert_allclose(graph(tf.constant(x)), model(x), rtol=1e-5, atol=1e-6)
