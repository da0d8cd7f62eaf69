"""Faults in layers: another setting, another order, a layer gone."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from studies.faults.fault import Change, Entry, Fault, Variants, places, with_layers
from studies.faults.models import Subject, clone

NORMS = ("BatchNormalization", "LayerNormalization", "GroupNormalization")
CONVS = ("Conv1D", "Conv2D", "DepthwiseConv2D", "SeparableConv2D")
POOLS = ("MaxPooling2D", "AveragePooling2D")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "ConvLSTM2D")
SIMILAR = {
    "relu": "relu6",
    "silu": "hard_silu",
    "sigmoid": "hard_sigmoid",
    "tanh": "hard_tanh",
    "elu": "selu",
}
"""Activations, and what they are easily taken for."""


def _each(applies: Callable[[Entry], bool], change: Change, subject: Subject) -> Variants:
    """Change one layer after another of those that the fault applies to, the first two at most."""
    entries = subject.model.get_config()["layers"]
    fitting = [i for i, entry in enumerate(entries) if applies(entry)]
    for i in fitting[:2]:
        try:
            faulty = with_layers(subject.model, change, i)
        except ValueError:
            continue  # the layers after it take no such shape: nobody can make this file
        yield entries[i]["config"]["name"], faulty


def _kind(*names: str) -> Callable[[Entry], bool]:
    return lambda entry: entry["class_name"] in names


def _setting(
    names: Sequence[str], key: str, old: object, new: object, subject: Subject, _rng: object
) -> Variants:
    """Give layers another setting where they have the old one."""

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"][key] = new

    return _each(
        lambda entry: entry["class_name"] in names and entry["config"].get(key) == old,
        change,
        subject,
    )


def slope(subject: Subject, _rng: np.random.Generator) -> Variants:
    """LeakyReLU with a slope a twentieth larger."""

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"]["negative_slope"] *= 1.05

    return _each(_kind("LeakyReLU"), change, subject)


def tanh_gelu(subject: Subject, _rng: np.random.Generator) -> Variants:
    """The approximate gelu for the exact one."""
    for i, layer in enumerate(subject.model.layers):
        if getattr(layer, "activation", None) is keras.activations.gelu:
            faulty = clone(subject.model)
            faulty.layers[i].activation = _tanh_gelu
            yield layer.name, faulty


def _tanh_gelu(x: Any) -> Any:
    return keras.activations.gelu(x, approximate=True)


def similar(subject: Subject, _rng: np.random.Generator) -> Variants:
    """An activation that differs only far from zero, or a little."""

    def change(entries: list[Entry], i: int) -> None:
        config = entries[i]["config"]
        config["activation"] = SIMILAR[config["activation"]]

    return _each(
        lambda entry: (
            entry["class_name"] not in RECURRENT and entry["config"].get("activation") in SIMILAR
        ),
        change,
        subject,
    )


def no_ending(subject: Subject, _rng: np.random.Generator) -> Variants:
    """The last softmax or sigmoid is gone."""

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"]["activation"] = "linear"

    last = subject.model.layers[-1].name
    return _each(
        lambda entry: (
            entry["config"]["name"] == last
            and entry["config"].get("activation") in ("softmax", "sigmoid")
        ),
        change,
        subject,
    )


def shifted_padding(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A convolution's padding moved by one pixel, as another framework's may be."""
    by_name = {layer.name: layer for layer in subject.model.layers}

    def change(entries: list[Entry], i: int) -> None:
        config = entries[i]["config"]
        layer = by_name[config["name"]]
        sizes = zip(
            layer.input.shape[1:-1],
            layer.kernel_size,
            layer.strides,
            layer.dilation_rate,
            strict=True,
        )
        pads = tuple(_moved(*size) for size in sizes)
        config["padding"] = "valid"
        padding = keras.layers.ZeroPadding1D if len(pads) == 1 else keras.layers.ZeroPadding2D
        zeros = padding(pads[0] if len(pads) == 1 else pads)
        entries.insert(i, keras.saving.serialize_keras_object(zeros))

    return _each(
        lambda entry: (
            entry["class_name"] in CONVS
            and entry["config"]["padding"] == "same"
            and max(entry["config"]["kernel_size"]) > 1
        ),
        change,
        subject,
    )


def _moved(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Return how many zeros to put before and after: one place beside what `same` does."""
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    before, after = total // 2, total - total // 2
    if after:
        return before + 1, after - 1
    return (before - 1, after + 1) if before else (0, 0)


def backwards(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A recurrent layer that reads from the end."""

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"]["go_backwards"] = not entries[i]["config"]["go_backwards"]

    return _each(_kind(*RECURRENT), change, subject)


def reset_before(subject: Subject, _rng: np.random.Generator) -> Variants:
    """A GRU that resets before the matrix product, its two biases made one."""
    for layer in subject.model.layers:
        if isinstance(layer, keras.layers.GRU):
            config = subject.model.get_config()
            entry = next(e for e in config["layers"] if e["config"]["name"] == layer.name)
            entry["config"]["reset_after"] = False
            faulty = keras.Sequential.from_config(config)
            faulty.build(subject.model.input_shape)
            biases = {p.index for p in places(subject.model) if p.layer is layer}
            faulty.set_weights(
                [
                    value.sum(axis=0) if i in biases and value.shape[:1] == (2,) else value
                    for i, value in enumerate(subject.model.get_weights())
                ]
            )
            yield layer.name, faulty


def no_mask(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Padding is read as if it were data."""

    def change(entries: list[Entry], i: int) -> None:
        if entries[i]["class_name"] == "Masking":
            del entries[i]
        else:
            entries[i]["config"]["mask_zero"] = False

    return _each(
        lambda entry: entry["class_name"] == "Masking" or entry["config"].get("mask_zero", False),
        change,
        subject,
    )


def flatten_order(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Flatten takes the channels first."""
    names = [e["config"]["name"] for e in subject.model.get_config()["layers"]]
    many = {
        layer.name
        for layer in subject.model.layers
        if isinstance(layer, keras.layers.Flatten)
        and layer.input.shape[-1] > 1
        and len(layer.input.shape) > 2
    }

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"]["data_format"] = "channels_first"

    return _each(lambda e: e["config"]["name"] in many and names != [], change, subject)


def other_pool(subject: Subject, _rng: np.random.Generator) -> Variants:
    """The mean for the maximum, or the reverse."""

    def change(entries: list[Entry], i: int) -> None:
        new = POOLS[1 - POOLS.index(entries[i]["class_name"])]
        entries[i]["class_name"] = new

    return _each(_kind(*POOLS), change, subject)


def no_scaling(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Rescaling by 1/256 for 1/255."""

    def change(entries: list[Entry], i: int) -> None:
        entries[i]["config"]["scale"] *= 255 / 256

    return _each(_kind("Rescaling"), change, subject)


def dropout_scale(subject: Subject, _rng: np.random.Generator) -> Variants:
    """Dropout left in as the factor that training multiplies by."""

    def change(entries: list[Entry], i: int) -> None:
        factor = 1 / (1 - entries[i]["config"]["rate"])
        entries[i] = keras.saving.serialize_keras_object(keras.layers.Rescaling(factor))

    return _each(_kind("Dropout"), change, subject)


FAULTS = (
    Fault(
        name="normalization epsilon 1e-3 -> 1e-5",
        make=partial(_setting, NORMS, "epsilon", 1e-3, 1e-5),
    ),
    Fault(
        name="normalization epsilon 1e-3 -> 2e-3",
        make=partial(_setting, NORMS, "epsilon", 1e-3, 2e-3),
    ),
    Fault(name="LeakyReLU slope 0.2 -> 0.21", make=slope),
    Fault(name="tanh gelu for exact gelu", make=tanh_gelu),
    Fault(name="a similar activation (relu6, hard sigmoid, ...)", make=similar),
    Fault(name="last softmax or sigmoid missing", make=no_ending),
    Fault(
        name="valid for same", make=partial(_setting, (*CONVS, *POOLS), "padding", "same", "valid")
    ),
    Fault(name="same for causal", make=partial(_setting, CONVS, "padding", "causal", "same")),
    Fault(name="padding moved by one", make=shifted_padding),
    Fault(name="recurrent layer reversed", make=backwards),
    Fault(name="GRU resets before the product", make=reset_before),
    Fault(name="mask ignored", make=no_mask),
    Fault(name="channels flattened first", make=flatten_order),
    Fault(name="mean for max pooling, or the reverse", make=other_pool),
    Fault(name="rescaling by 1/256 for 1/255", make=no_scaling),
    Fault(name="dropout's factor left in", make=dropout_scale),
)
"""Every fault in layers."""
