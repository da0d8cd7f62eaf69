"""Faults that other tools' files have: masks as lengths, a fold gone wrong, gates in another order.

Each is a model here, so that every target and every runtime judges it.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np
from keras import ops  # noqa: TID253 - as above

from studies.faults.fault import Fault, Variants, places, with_weights
from studies.faults.models import Subject

GATES = {"LSTM": 4, "GRU": 3}
"""How many gates lie side by side in the weights of a recurrent layer."""

SUMS = (keras.layers.Dense, keras.layers.Conv1D, keras.layers.Conv2D)
"""Layers that a normalization behind them is folded into."""


class Added(keras.layers.Layer):
    """A layer that lets masks through."""

    def __init__(self) -> None:
        """Let masks through."""
        super().__init__()
        self.supports_masking = True


class Lengths(Added):
    """Takes a mask for lengths: right where padding is behind alone."""

    def call(self, x: Any) -> Any:
        """Return what is given."""
        return x

    def compute_mask(self, _: Any, previous_mask: Any = None) -> Any:
        """Return as many steps as are kept, from the first on."""
        lengths = ops.sum(ops.cast(previous_mask, "int32"), axis=1, keepdims=True)
        return ops.less(ops.arange(previous_mask.shape[1]), lengths)


class Halves(Added):
    """Puts the second half of the channels first."""

    def call(self, x: Any) -> Any:
        """Return both halves, swapped."""
        half = x.shape[-1] // 2
        return ops.concatenate([x[..., half:], x[..., :half]], axis=-1)


class Clip(Added):
    """Cuts off what a byte with a scale for six standard deviations cannot hold."""

    def call(self, x: Any) -> Any:
        """Return numbers between -6 and 6."""
        return ops.clip(x, -6.0, 6.0)


class Leak(Added):
    """Adds a thousandth of the batch's mean to each row."""

    def call(self, x: Any) -> Any:
        """Return the rows with their mean mixed in."""
        return x + 1e-3 * ops.mean(x, axis=0, keepdims=True)


class Constant(Added):
    """Answers every row with the same."""

    def call(self, x: Any) -> Any:
        """Return a half everywhere."""
        return ops.zeros_like(x) + 0.5


def _behind(
    subject: Subject, applies: Callable[[keras.Layer], bool], make: type[Added]
) -> Variants:
    """Put a layer behind the first, and behind the last of those that the fault applies to."""
    layers = subject.model.layers
    fitting = [i for i, layer in enumerate(layers) if applies(layer)]
    for i in dict.fromkeys((*fitting[:1], *fitting[-1:])):
        yield (
            f"behind {layers[i].name}",
            _stacked(subject, [*layers[: i + 1], make()], layers[i + 1 :]),
        )


def _stacked(
    subject: Subject, first: list[keras.Layer], rest: list[keras.Layer]
) -> keras.Sequential:
    """Return a model of copies of layers, with their weights."""
    source = subject.model.inputs[0]
    copies = [
        layer if not layer.built else type(layer).from_config(layer.get_config())
        for layer in (*first, *rest)
    ]
    copy = keras.Sequential([keras.Input(source.shape[1:], dtype=source.dtype), *copies])
    for layer, its in zip((*first, *rest), copy.layers, strict=True):
        its.set_weights(layer.get_weights())
    return copy


def lengths(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A mask taken for lengths, as converters do whose runtime knows lengths alone."""

    def masks(layer: keras.Layer) -> bool:
        return isinstance(layer, keras.layers.Masking) or bool(getattr(layer, "mask_zero", False))

    return _behind(subject, masks, Lengths)


def halves(subject: Subject, _rng: np.random.Generator) -> Variants:
    """The halves of a bidirectional layer's outputs, the backward one first."""
    return _behind(subject, lambda layer: isinstance(layer, keras.layers.Bidirectional), Halves)


def clip(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Numbers cut off at 6 behind a layer that adds up without a bound of its own."""

    def unbounded(layer: keras.Layer) -> bool:
        bounded = (keras.activations.softmax, keras.activations.sigmoid, keras.activations.tanh)
        return isinstance(layer, SUMS) and layer.activation not in bounded

    return _behind(subject, unbounded, Clip)


def leak(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A little of the other rows of the batch in each."""
    return _behind(subject, lambda layer: layer.output.dtype.startswith("float"), Leak)


def constant(subject: Subject, _rng: np.random.Generator) -> Variants:
    """One answer to every input."""
    layers = subject.model.layers
    yield "at the end", _stacked(subject, [*layers, Constant()], [])


def gates(subject: Subject, _rng: np.random.Generator) -> Variants:
    """The first two gates of recurrent layers swapped, as another framework orders them."""
    for layer in subject.model.layers:
        inner = getattr(layer, "forward_layer", layer)
        count = GATES.get(type(inner).__name__)
        if count is not None:
            changed = {}
            for place in places(subject.model):
                if place.layer is layer:
                    first, second, *others = np.split(place.value, count, axis=-1)
                    changed[place.index] = np.concatenate([second, first, *others], axis=-1)
            yield layer.name, with_weights(subject.model, changed)


def folded_bias(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A BatchNorm folded into the sums before it, with a mean that was not scaled."""
    layers = subject.model.layers
    for i, (sums, norm) in enumerate(pairwise(layers)):
        linear = isinstance(sums, SUMS) and sums.activation is keras.activations.linear
        if linear and isinstance(norm, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = norm.get_weights()
            scale = gamma / np.sqrt(variance + norm.epsilon)
            kernel, *bias = sums.get_weights()
            copy = type(sums).from_config({**sums.get_config(), "use_bias": True})
            copy.build(sums.input.shape)
            copy.set_weights([kernel * scale, beta + scale * (bias[0] if bias else 0) - mean])
            yield norm.name, _stacked(subject, [*layers[:i], copy], layers[i + 2 :])
            return


FAULTS = (
    Fault(name="mask taken for lengths", make=lengths),
    Fault(name="BatchNorm folded with a wrong bias", make=folded_bias),
    Fault(name="clipped at 6", make=clip),
    Fault(name="rows of the batch leak", make=leak),
    Fault(name="gates in another order", make=gates),
    Fault(name="halves of a bidirectional swapped", make=halves),
    Fault(name="constant answer", make=constant),
)
"""Every fault of other tools."""
