"""A layer on all steps at once gives what it gives step by step."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends.patches import RUNNABLE, in_place
from seqbench.targets.frozen import freeze

LAYERS = keras.layers
X = np.random.default_rng(0).standard_normal((2, 3, 6, 6, 2)).astype(np.float32)


def run(layers: list[Any], x: np.ndarray, shape: tuple[int | None, ...]) -> tuple[Any, Any, Any]:
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
def test_it_is_the_layer(make: Callable[[], Any], time: int | None) -> None:
    want, got, frozen = run([LAYERS.TimeDistributed(make())], X, (time, *X.shape[2:]))
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)
    assert sum(op.type == "Conv2D" for op in frozen.function.graph.get_operations()) <= 1


def test_the_mask_of_the_inner_layer() -> None:
    x = X[..., 0].copy()
    x[:, 2:] = 0
    x[0, :, 3:] = 0
    layers = [LAYERS.Masking(), LAYERS.TimeDistributed(LAYERS.Softmax())]
    with pytest.raises(ValueError, match="mask"):  # one number a step masks no softmax
        run(layers, x, (3, 6, 6))
    masked = [LAYERS.Masking(), LAYERS.TimeDistributed(LAYERS.Dense(4)), LAYERS.LSTM(3)]
    flat = x.reshape(2, 3, 36)
    want, got, _ = run(masked, flat, (3, 36))
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
