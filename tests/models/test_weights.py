"""Weights that are set are computed with."""

import keras
import numpy as np
from keras import layers

from seqbench.models.weights import give


def test_normalization_computes_with_the_statistics_that_it_was_given() -> None:
    norm = layers.Normalization()
    inner = keras.Sequential([keras.Input((2,)), norm])
    norm.adapt(np.zeros((4, 2), "float32"))
    model = keras.Sequential([keras.Input((2,)), inner])
    x = np.array([[3.0, 7.0]], "float32")
    weights = dict(zip([w.name for w in model.weights], model.get_weights(), strict=True))
    weights |= {"mean": np.array([1.0, 1.0]), "variance": np.array([4.0, 9.0])}
    give(model, list(weights.values()))
    np.testing.assert_allclose(model(x), [[1.0, 2.0]])
