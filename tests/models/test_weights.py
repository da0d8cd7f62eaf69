"""Weights that are set are computed with."""

import keras
import numpy as np
from keras import layers

from seqbench.models.weights import assign_weights, fresh_weights, perturb


def test_normalization_computes_with_the_statistics_that_it_was_given() -> None:
    norm = layers.Normalization()
    inner = keras.Sequential([keras.Input((2,)), norm])
    norm.adapt(np.zeros((4, 2), "float32"))
    model = keras.Sequential([keras.Input((2,)), inner])
    x = np.array([[3.0, 7.0]], "float32")
    weights = dict(zip([w.name for w in model.weights], model.get_weights(), strict=True))
    weights |= {"mean": np.array([1.0, 1.0]), "variance": np.array([4.0, 9.0])}
    assign_weights(model, list(weights.values()))
    np.testing.assert_allclose(model(x), [[1.0, 2.0]])


def test_fresh_weights_are_found_and_moved_and_no_others() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, name="fresh"),
            layers.BatchNormalization(name="norm"),
            layers.Dense(2, name="trained", bias_initializer="random_normal"),
        ]
    )
    before = dict(zip([weight.path for weight in model.weights], model.get_weights(), strict=True))
    fresh = fresh_weights(model)
    assert {path.split("/", 1)[1] if path.count("/") > 1 else path for path in fresh} == {
        "fresh/bias",
        "norm/gamma",
        "norm/beta",
        "norm/moving_mean",
        "norm/moving_variance",
    }
    perturb(model, seed=0)
    for weight, value in zip(model.weights, model.get_weights(), strict=True):
        assert np.array_equal(before[weight.path], value) == (weight.path not in fresh)
    assert fresh_weights(model) == []
