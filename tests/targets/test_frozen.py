from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from seqbench.models.weights import assign_weights
from seqbench.targets.frozen import INPUT, Traces, freeze


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
    assert Traces(small_cnn).freeze(batch_size=1).input.shape[0] == 1


@pytest.mark.parametrize("normalized", [False, True])
def test_other_weights_are_frozen_without_another_trace(*, normalized: bool) -> None:
    symbolic = []

    def noted(x: Any) -> Any:
        symbolic.append(tf.is_symbolic_tensor(x))
        return x

    learned = [layers.Normalization()] if normalized else []
    model = keras.Sequential([keras.Input((3,)), *learned, layers.Dense(2, activation=noted)])
    for layer in learned:
        layer.adapt(np.arange(12.0).reshape(4, 3))
    traces, given = Traces(model), model.get_weights()
    x = np.random.default_rng(0).random((2, 3), np.float32)
    symbolic.clear()
    for shift in (0, 1, 0):
        assign_weights(model, [weight + weight.dtype.type(shift) for weight in given])
        expected = model(x).numpy()
        np.testing.assert_allclose(run(traces.freeze().function, x), expected, rtol=1e-5)
    # Normalization computes with copies of its weights.
    assert symbolic.count(True) == (3 if normalized else 1)


def test_a_layer_of_the_users_own_is_traced_for_all_weights() -> None:
    class Copies(layers.Layer):  # type: ignore[misc] # Keras has no types
        def build(self, _: Any) -> None:
            self.scale = self.add_weight(shape=(1,), initializer="ones")

        def call(self, x: Any) -> Any:
            with tf.init_scope():
                scale = float(np.asarray(self.scale)[0])
            return x * scale

    model = keras.Sequential([keras.Input((3,)), Copies()])
    traces, x = Traces(model), np.ones((2, 3), np.float32)
    for scale in (1.0, 2.0):
        model.set_weights([np.array([scale], np.float32)])
        np.testing.assert_array_equal(run(traces.freeze().function, x), scale * x)
