"""Weights of a model: set so that every layer computes with them, and so that faults show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def assign_weights(model: "keras.Sequential", weights: Sequence[np.ndarray]) -> None:
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


def fresh_weights(model: "keras.Sequential") -> list[str]:
    """Return the paths of weights that hide faults: all zero or all one, as if never trained."""
    return [
        variable.path
        for variable, value in zip(model.weights, model.get_weights(), strict=True)
        if _hides_faults(value)
    ]


def perturb(model: "keras.Sequential", seed: int) -> None:
    """Move, in place, every weight that hides faults; the others stay."""
    rng = np.random.default_rng(seed)
    moved = []
    for variable, value in zip(model.weights, model.get_weights(), strict=True):
        new = value
        if _hides_faults(value):
            noise = rng.standard_normal(value.shape)
            positive = "variance" in variable.path
            new = value * np.exp(0.3 * noise) if positive else value + 0.1 * noise
        moved.append(new.astype(value.dtype))
    assign_weights(model, moved)


def _hides_faults(value: np.ndarray) -> bool:
    return value.dtype.kind == "f" and value.size > 0 and bool(np.isin(value, (0.0, 1.0)).all())
