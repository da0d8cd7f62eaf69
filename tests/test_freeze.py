from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from seqbench.freeze import INPUT, freeze


def run(function: Any, x: np.ndarray) -> np.ndarray:
    """Run a frozen function."""
    output: np.ndarray = function(tf.constant(x))[0].numpy()
    return output


def test_a_frozen_graph_has_no_variables_and_the_models_numbers(small_cnn: Any) -> None:
    frozen = freeze(small_cnn)
    assert not frozen.ops & {"ReadVariableOp", "VarHandleOp", "AssignVariableOp"}
    assert (frozen.input.name, frozen.input.shape) == ("input", (None, 8, 8, 1))
    assert (frozen.output.name, frozen.output.shape) == ("output", (None, 4))
    x = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    expected = small_cnn(x, training=False).numpy()
    assert np.abs(run(frozen.function, x) - expected).max() < 1e-6
    assert INPUT in [node.name for node in frozen.function.graph.as_graph_def().node]


def test_recurrent_dropout_leaves_no_trace(small_rnn: Any) -> None:
    frozen = freeze(small_rnn)
    assert frozen.has_lists
    assert not any("Random" in op for op in frozen.ops)


def dropouts(model: Any) -> list[tuple[float, float]]:
    """Return the rates of dropout of every recurrent cell, which train on."""
    return [
        (layer.dropout, layer.recurrent_dropout)
        for layer in model._flatten_layers()
        if hasattr(layer, "get_recurrent_dropout_mask")
    ]


def test_a_frozen_model_is_trained_on_with_its_dropout(small_rnn: Any) -> None:
    freeze(small_rnn)
    assert dropouts(small_rnn) == [(0.2, 0.2), (0.2, 0.2)]
    assert small_rnn.layers[1].forward_layer.get_config()["recurrent_dropout"] == 0.2


def test_a_model_that_cannot_be_frozen_keeps_its_dropout() -> None:
    class Odd(layers.Layer):  # type: ignore[misc] # Keras has no types
        def call(self, x: Any) -> Any:
            if self.broken:
                raise ZeroDivisionError
            return x

        broken = False

    model = keras.Sequential([keras.Input((3, 2)), layers.LSTM(2, dropout=0.5), Odd()])
    Odd.broken = True
    with pytest.raises(ZeroDivisionError):
        freeze(model)
    assert dropouts(model) == [(0.5, 0.0)]


def test_training_only_layers_leave_no_trace() -> None:
    stack = [
        keras.Input((6, 6, 3)),
        layers.RandomFlip(),
        layers.RandomRotation(0.1),
        layers.GaussianNoise(0.5),
        layers.Dropout(0.5),
        layers.Flatten(),
        layers.Dense(2),
    ]
    frozen = freeze(keras.Sequential(stack))
    assert not frozen.has_lists
    assert not any("Random" in op for op in frozen.ops)
    x = np.random.default_rng(0).random((3, 6, 6, 3), np.float32)
    assert np.array_equal(run(frozen.function, x), run(frozen.function, x))


def test_each_batch_size_is_traced_anew(small_cnn: Any) -> None:
    assert freeze(small_cnn).input.shape[0] is None
    assert freeze(small_cnn, batch_size=1).input.shape[0] == 1
