"""A model's inference as a function from array to array, on the framework that is here."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.backends import current_backend
from seqbench.backends.patches.registry import Table, in_place
from seqbench.models.stateless import start_from_zero_state
from seqbench.models.twin import computes_in_float64

if TYPE_CHECKING:
    import keras

Answer = Callable[[np.ndarray], np.ndarray]
"""A model's inference: from a batch to its outputs."""


def compile_inference(
    model: "keras.Sequential",
    patches: Table,
    *,
    own: bool = False,
    shifts: tuple[Any, ...] = (),
    shape: tuple[int | None, ...] | None = None,
) -> Answer:
    """Return a model's inference as a function of one batch.

    Args:
        model: the model, or its twin.
        patches: what replaces functions of Keras while the model runs.
        own: whether it computes as it does for its users, who may have no float64.
        shifts: variables that it uses beside its own.
        shape: the one size of input that it is for; None for all.

    """
    source, backend = model.inputs[0], current_backend()
    wide = not own or computes_in_float64(model)

    def infer(x: Any) -> Any:
        with in_place(patches), start_from_zero_state(model):
            return model(x, training=False)

    sizes = tuple(source.shape[1:]) if shape is None else shape
    with backend.float64(wide):
        run = backend.outputs(infer, [*model.variables, *shifts], (None, *sizes), source.dtype)

    def call(x: np.ndarray) -> np.ndarray:
        with backend.float64(wide):
            return run(x)

    return call
