"""Recurrent layers that keep their state between calls, asked from a fresh state each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


@contextmanager
def stateless(model: "keras.Sequential") -> Iterator[None]:
    """Start every call of the model from the zero state, as after `reset_state`, for any batch.

    A graph of one input and one output has nowhere to keep a state.
    """
    kept = [layer for layer in model._flatten_layers() if getattr(layer, "stateful", False)]
    for layer in kept:
        layer.stateful = False
    try:
        yield
    finally:
        for layer in kept:
            layer.stateful = True
