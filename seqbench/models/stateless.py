"""Recurrent layers that keep their state between calls, asked from a fresh state each time."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from seqbench.models.attributes import override

if TYPE_CHECKING:
    import keras


STARTS_ANEW = "stateful: every call starts from the zero state, since files keep none ({layers})"
"""What the user of an exported stateful model should know."""


def stateful_notes(model: "keras.Sequential") -> tuple[str, ...]:
    """Return a note on the model's stateful layers for those who export it; none without any."""
    names = [layer.name for layer in _stateful(model)]
    return (STARTS_ANEW.format(layers=", ".join(names)),) if names else ()


def start_from_zero_state(model: "keras.Sequential") -> AbstractContextManager[None]:
    """Start every call of the model from the zero state, as after `reset_state`, for any batch.

    A graph of one input and one output has nowhere to keep a state.
    """
    return override(_stateful(model), stateful=False)


def _stateful(model: "keras.Sequential") -> list[Any]:
    return [layer for layer in model._flatten_layers() if getattr(layer, "stateful", False)]
