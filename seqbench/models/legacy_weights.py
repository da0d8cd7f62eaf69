"""The weights in HDF5 files of Keras 1 and 2, in the order and shapes that Keras 3 expects.

The conversions are those of Keras 2.2.4 (`preprocess_weights_for_loading` in
`keras/engine/saving.py`), which Keras 3 left out.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seqbench.models.archive import listed_names
from seqbench.models.legacy import Node
from seqbench.models.legacy_graph import MODELS

if TYPE_CHECKING:
    import h5py

_GATES = {"LSTM": (0, 2, 1, 3), "ConvLSTM2D": (0, 2, 1, 3), "GRU": (0, 1, 2)}
"""Which of Keras 1's triples of kernel, recurrent kernel and bias (it wrote an LSTM's as i, c, f,
o) is each of Keras 2's gates (i, f, c, o)."""

_KERNEL = re.compile(r"(^|/)(recurrent_)?kernel$|_[WU](_[a-z])?$")
"""Names, without what comes after a colon, of kernels that Theano's convolutions turn round. Keras
turned those of separable and depthwise layers by itself before."""

_CHANNELS_FIRST = ("Conv2D", "Conv3D", "ConvLSTM2D", "SeparableConv2D")
"""Layers whose kernels Keras 1 wrote with the filters first where the data have channels first."""

_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D")
_CONV2D = 4
"""Dimensions of a kernel in Keras 1, of a Conv1D's too."""

_GRU = 3
_CUDNN_GATES = (_GRU, 4)


class Weight(NamedTuple):
    """A weight of a file: its name there, such as `dense/kernel:0`, and its values."""

    name: str
    values: np.ndarray


def convert_file(file: "h5py.File", config: Node, keras_major: int | None) -> None:
    """Write the weights of a file of Keras 1 or 2 as Keras 3 expects them, in place.

    Args:
        file: open for writing; each layer has a group in `model_weights`.
        config: the model's config, as `legacy.mend` gives it.
        keras_major: the version that wrote the file, 1 or 2; None where it does not say.

    """
    from keras.src.legacy.saving.legacy_h5_format import save_attributes_to_hdf5_group

    groups = {
        name: file["model_weights"][name]
        for name in listed_names(file["model_weights"], "layer_names")
    }
    names = {name: listed_names(group, "weight_names") for name, group in groups.items()}
    layers = _by_group(config, [*groups])
    theano = _is_of_theano(file, [name for found in names.values() for name in found])
    for name, group in groups.items():
        weights = [Weight(weight, np.asarray(group[weight])) for weight in names[name]]
        converted = weights
        if keras_major != 2 and name in layers:
            converted = _of_keras_1(layers[name], converted)
        converted = _of_cudnn(converted)
        if theano:
            converted = [_turn(weight) for weight in converted]
        if all(new is old for new, old in zip(converted, weights, strict=False)):
            continue
        group.clear()
        save_attributes_to_hdf5_group(
            group, "weight_names", [weight.name.encode() for weight in converted]
        )
        for weight in converted:
            group.create_dataset(weight.name, data=weight.values)


def _by_group(config: Node, groups: list[str]) -> dict[str, Node]:
    """Return the layer whose weights are in each group.

    Keras 1 wrote no names of inner models: they are those groups that are left, in order.
    """
    layers = {layer["config"].get("name"): layer for layer in config["config"]["layers"]}
    unnamed = [layer for name, layer in layers.items() if name not in groups]
    inner = [layer for layer in unnamed if layer["class_name"] in MODELS]
    left = [name for name in groups if name not in layers]
    return {name: layers[name] for name in groups if name in layers} | dict(
        zip(left, inner, strict=False)
    )


def _is_of_theano(file: "h5py.File", weights: list[str]) -> bool:
    """Whether a file was written under Theano.

    Where it does not say (Keras 1), names do: TensorFlow's variables end with the number of an
    output, `:0`, and Theano's do not.
    """
    backend = file.attrs.get("backend", file["model_weights"].attrs.get("backend"))
    if backend is not None:
        return (backend.decode() if isinstance(backend, bytes) else str(backend)) == "theano"
    return not any(":" in name for name in weights)


def _of_keras_1(layer: Node, weights: list[Weight]) -> list[Weight]:
    """Return the weights of Keras 1's layer or inner model in Keras 2's order and shapes."""
    leaves = [*_leaves(layer)]
    if len(leaves) == 1:
        return _of_keras_1s_layer(leaves[0], weights)
    converted: list[Weight] = []
    for trained in (True, False):  # an inner model has all that training changes first
        for leaf in leaves:
            count = _count(leaf, weights, trained=trained)
            converted += _of_keras_1s_layer(leaf, weights[:count])
            weights = weights[count:]
    return [*converted, *weights]


def _leaves(layer: Node) -> Iterator[Node]:
    """Yield the layers with weights of their own that a layer consists of, in the file's order."""
    config = layer["config"]
    if layer["class_name"] in MODELS:
        for inner in config["layers"]:
            yield from _leaves(inner)
    elif layer["class_name"] == "TimeDistributed":
        yield from _leaves(config["layer"])
    elif layer["class_name"] == "Bidirectional":
        yield from _leaves(config["layer"])
        yield from _leaves(config["layer"])
    else:
        yield layer


def _count(leaf: Node, weights: list[Weight], *, trained: bool) -> int:
    """Return how many of the next weights of an inner model are one of its layers'.

    Args:
        leaf: the layer's config.
        weights: the weights from its first on.
        trained: whether those that training changes are meant, or the others.

    """
    kind, config = leaf["class_name"], leaf["config"]
    fixed = 2 if kind == "BatchNormalization" else 0
    if kind in ("BatchNormalization", "SeparableConv2D"):
        changed = 2
    elif kind in _GATES:  # a triple in all, or one for each gate
        units = config.get("units", config.get("filters"))
        whole = weights[2:3] and weights[2].values.shape != (units,)
        changed = 3 if whole else 3 * len(_GATES[kind])
    elif kind == "SimpleRNN":
        changed = 3
    else:
        changed = 1 if kind in ("Dense", "Embedding", "PReLU", *_CONVOLUTIONS) else 0
    if kind in ("Dense", "SeparableConv2D", *_CONVOLUTIONS) and config.get("use_bias", True):
        changed += 1
    if config.get("trainable", True):
        return changed if trained else fixed
    return 0 if trained else changed + fixed


def _of_keras_1s_layer(layer: Node, weights: list[Weight]) -> list[Weight]:
    kind, config = layer["class_name"], layer["config"]
    values = [weight.values for weight in weights]
    if config.get("data_format") == "channels_first" and kind in _CHANNELS_FIRST:
        values = [_channels_last(array) for array in values]
    if kind in _GATES and len(values) == 3 * len(_GATES[kind]):
        order = _GATES[kind]
        values = [
            np.concatenate([values[3 * gate + part] for gate in order], axis=-1)
            for part in range(3)
        ]
    if kind == "Conv1D" and values and values[0].ndim == _CONV2D:  # as a Conv2D of one column
        if values[0].shape[1] != 1 or values[0].shape[3] != config["filters"]:  # Keras 1.1
            values[0] = _channels_last(values[0])
        values[0] = values[0][:, 0]
    names = [weight.name for weight in weights]
    if all(new is old.values for new, old in zip(values, weights, strict=False)):
        return weights
    return [Weight(name, array) for name, array in zip(names, values, strict=False)]


def _channels_last(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel (filters, channels, ...) as (..., channels, filters); a bias as it is."""
    return np.moveaxis(kernel, (1, 0), (-2, -1)) if kernel.ndim >= _CONV2D else kernel


def _of_cudnn(weights: list[Weight]) -> list[Weight]:
    """Return weights with those of CuDNNLSTM and CuDNNGRU as LSTM and GRU have them.

    They are told by their bias: it is twice as long, for the inputs and for the state.
    """
    converted = list(weights)
    for i in range(len(weights) - 2):
        kernel, recurrent, bias = (weight.values for weight in weights[i : i + 3])
        if kernel.ndim != 2 or recurrent.ndim != 2 or bias.shape != (2 * kernel.shape[1],):
            continue
        gates, rest = divmod(recurrent.shape[1], recurrent.shape[0])
        if rest or gates not in _CUDNN_GATES or kernel.shape[1] != recurrent.shape[1]:
            continue
        kernels = [part.T.reshape(part.shape, order="F") for part in np.hsplit(kernel, gates)]
        states = [part.T for part in np.hsplit(recurrent, gates)]
        halves = bias.reshape(2, -1)
        found = (np.hstack(kernels), np.hstack(states), halves if gates == _GRU else halves.sum(0))
        for j, values in enumerate(found, i):
            converted[j] = Weight(weights[j].name, values)
    return converted


def _turn(weight: Weight) -> Weight:
    """Return a kernel of a convolution turned round in its spatial dimensions, else the weight."""
    spatial = weight.values.ndim - 2
    if spatial < 1 or not _KERNEL.search(weight.name.split(":", maxsplit=1)[0]):
        return weight
    return Weight(weight.name, np.flip(weight.values, tuple(range(spatial))))
