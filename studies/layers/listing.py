"""Is every layer and activation of the installed Keras in the walk?"""

import inspect
from collections.abc import Iterator
from typing import Any

from studies.layers.cases import all_cases

_BASE = "a base of other classes, which are covered"
_BRIDGE = "a bridge to code of another framework, which no graph of TensorFlow holds"
_LOOKUP = "no activation: it finds or describes one"

EXCLUDED = {
    "Layer": _BASE,
    "Wrapper": _BASE,
    "InputSpec": "no layer: what a layer says of the inputs that it takes",
    "InputLayer": "the start of every model here: it computes nothing",
    "FlaxLayer": _BRIDGE,
    "JaxLayer": _BRIDGE,
    "TorchModuleWrapper": _BRIDGE,
    "TFSMLayer": "it runs a SavedModel from a file, which is an export already",
    "MaxNumBoundingBoxes": "it takes a dict of boxes and labels, and gives one back",
    "Equalization": "acts in training only, and Keras refuses it in any model: its symbolic call "
    "returns its own input ('is part of a cycle')",
    "deserialize": _LOOKUP,
    "get": _LOOKUP,
    "serialize": _LOOKUP,
}
"""Names in `keras.layers` and `keras.activations` that no case covers, each with the reason."""


def unlisted() -> list[str]:
    """Return what the installed Keras has that is neither covered nor excluded, sorted.

    An alias (`MaxPool1D`) is listed where what it stands for is.
    """
    names = {*EXCLUDED, *(name for _, case in all_cases() for name in case.covers)}
    listed = [id(value) for name, value in _offered() if name in names]
    return sorted(name for name, value in _offered() if id(value) not in listed)


def _offered() -> Iterator[tuple[str, Any]]:
    """Yield every class of `keras.layers` and function of `keras.activations` with its name."""
    import keras

    yield from inspect.getmembers(keras.layers, inspect.isclass)
    yield from inspect.getmembers(keras.activations, inspect.isfunction)
