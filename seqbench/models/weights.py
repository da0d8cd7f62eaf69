"""Weights of a model: set so that every layer computes with them, and so that faults show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def assign_weights(model: "keras.Sequential", weights: Sequence[np.ndarray]) -> None:
    """Set the model's weights, in the order of `get_weights`; every layer computes with them."""
    model.set_weights(weights)
    renew_statistics(model)


def copy_weights(source: "keras.Sequential", model: "keras.Sequential") -> None:
    """Give a model the weights of another, one after another: large models fill the memory."""
    for mine, its in zip(source.weights, model.weights, strict=True):
        its.assign(np.asarray(mine))
    renew_statistics(model)


def renew_statistics(model: "keras.Model") -> None:
    """Let Normalization layers, also of inner models, compute with the weights that they have.

    They compute with copies, which `adapt` renews and `set_weights` does not; nor does loading an
    HDF5 file in the layers of inner models.
    Source: keras 3.15, layers/preprocessing/normalization.py, finalize_state.
    """
    import keras

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
