"""Weights of a model, set so that every layer computes with them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def give(model: "keras.Sequential", weights: Sequence[np.ndarray]) -> None:
    """Set the model's weights, in the order of `get_weights`.

    Keras's own `set_weights` leaves Normalization with the statistics that it had before: it
    computes with copies, which only `adapt` and loading a file renew.
    Source: keras 3.15, layers/preprocessing/normalization.py, finalize_state.
    """
    import keras

    model.set_weights(weights)
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
