"""What a fault is, and how a faulty copy of a model is made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from studies.faults.models import Subject, clone

Variants = Iterator[tuple[str, keras.Sequential]]
"""Faulty models, each with where its fault is."""

Make = Callable[[Subject, np.random.Generator], Variants]
"""Makes a model's faulty variants; none where the fault has no place in it."""

Entry = dict[str, Any]
"""A layer in a model's configuration."""

Change = Callable[[list[Entry], int], None]
"""Changes the entry at a position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of fault.

    Attributes:
        name: what is wrong.
        make: makes faulty variants of a model.

    """

    name: str
    make: Make


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A weight of a layer.

    Attributes:
        layer: the layer.
        name: the weight's own name, such as `kernel`.
        index: where it is in `model.get_weights()`.
        value: its value.

    """

    layer: keras.Layer
    name: str
    index: int
    value: np.ndarray

    def __str__(self) -> str:
        """Return where it is, for people."""
        return f"{self.layer.name}/{self.name}"


def places(model: keras.Sequential) -> list[Place]:
    """Return all weights, in the model's order."""
    index = {id(variable): i for i, variable in enumerate(model.weights)}
    return [
        Place(
            layer=layer,
            name=variable.path.rsplit("/", 1)[-1],
            index=index[id(variable)],
            value=np.asarray(variable),
        )
        for layer in model.layers
        for variable in layer.weights
    ]


def with_weights(model: keras.Sequential, changed: dict[int, np.ndarray]) -> keras.Sequential:
    """Return a copy with some of its weights changed."""
    copy = clone(model)
    weights = copy.get_weights()
    for index, value in changed.items():
        weights[index] = value.astype(weights[index].dtype)
    copy.set_weights(weights)
    return copy


def with_layers(model: keras.Sequential, change: Change, at: int) -> keras.Sequential:
    """Return a copy with one of its layers' configurations changed, with the same weights.

    Raises:
        ValueError: the layers no longer fit together, or the weights no longer fit them.

    """
    config = model.get_config()
    change(config["layers"], at)
    copy = keras.Sequential.from_config(config)
    copy.build(model.input_shape)
    copy.set_weights(model.get_weights())
    return copy
