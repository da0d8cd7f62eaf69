"""Keras 2's saved models as Keras 3 can read them.

Keras 3 reads Keras 2's `.h5` and `.keras` files as far as its classes still take every keyword
that was saved. `mend` edits a model's config (the JSON object in the file) so that they do.
"""

import copy
import inspect
import sys
from collections.abc import Iterator
from typing import Any

from seqbench.errors import InputError

Node = dict[str, Any]
"""A serialized object: `class_name`, `config`, and from Keras 2.12 on `module`."""

_FUNCTIONAL = "keras.src.models.functional"

_OPERATIONS = "keras.src.ops.numpy"
_LAYERS = ("keras.src.layers.", "keras.src.legacy.layers")

_CHILDREN = ("layer", "forward_layer", "backward_layer", "cell")
_CHILD_LISTS = ("layers", "cells")

_TAKEN = {
    "IndexLookup": {"vocabulary_size", "has_input_vocabulary", "trainable", "dtype"},
    "TextVectorization": {"vocabulary_size", "has_input_vocabulary"},
}
"""Keywords that Keras 3's classes take out of **kwargs, which no signature shows."""

_RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}

_WITHOUT_EFFECT = {
    *("experimental_autocast", "fused", "implementation", "input_length", "rng_type", "trainable"),
}
"""Keywords that do not change what a trained layer computes: dropped with any value."""

_MOVED = {"RandomHeight", "RandomWidth", "ThresholdedReLU"}
"""Layers of Keras 2 that Keras 3 keeps in `keras._legacy.layers`, to load old files."""

_LAMBDA_ORIGIN = {"function_type", "module", "output_shape_type", "output_shape_module"}


def mend(config: Node, place: str, *, keras_major: int | None) -> Node:
    """Return a copy of a model's config that Keras 3 reads.

    Args:
        config: the model's config.
        place: the file, for messages.
        keras_major: the version that wrote the file, 1 to 3; None where it does not say, which
            only Keras 1 and 2 did.

    Raises:
        InputError: a layer has a keyword that Keras 3 does not take and that says something.

    """
    mended = copy.deepcopy(config)
    if isinstance(mended["config"], list):  # Keras 1 and 2.0 to 2.2: a bare list of layers
        mended["config"] = {"name": "sequential", "layers": mended["config"]}
    for layer in layers_of(mended):
        if layer.get("compile_config"):
            del layer["compile_config"]
        if layer["class_name"] in ("Functional", "Sequential", "Model"):
            _mend_model(layer)
        else:
            _mend_values(layer)
            _drop_keywords(layer, place)
        if keras_major != 3:
            _keep_hard_sigmoid(layer["config"])
    return mended


def layers_of(node: Node) -> Iterator[Node]:
    """Yield the config of a model or layer and of all layers within, outer before inner."""
    yield node
    inner = node["config"]
    children = [inner.get(key) for key in _CHILDREN]
    for key in _CHILD_LISTS:
        found = inner.get(key)
        children += found if isinstance(found, list) else []
    for child in children:
        if isinstance(child, dict) and isinstance(child.get("config"), dict):
            yield from layers_of(child)


def layer_class(node: Node) -> type | None:
    """Return the class that a model's or layer's config names, None where Keras knows none."""
    import keras

    name, module = str(node["class_name"]), node.get("module")
    found = keras.saving.get_registered_object(node.get("registered_name") or name)
    homes = (
        ("keras.layers", "keras", _FUNCTIONAL, _OPERATIONS) if module is None else (str(module),)
    )
    for home in homes:
        if found is None:
            found = keras_symbol(name, home)
    return found if inspect.isclass(found) else None


def keras_symbol(name: str, module: str, *, is_function: bool = False) -> Any:
    """Return what Keras has under a name in one of its modules, None where there is no such.

    No module is imported for it. Of a function, Keras often says only that it is built in.
    """
    from keras.src.api_export import get_symbol_from_name
    from keras.src.saving.serialization_lib import BUILTIN_MODULES

    homes = [module]
    if is_function and module == "builtins":
        homes = [f"keras.{home}" for home in BUILTIN_MODULES]
    for home in homes:
        if home != "keras" and not home.startswith("keras."):
            continue
        found = get_symbol_from_name(f"{home}.{name}")
        if found is None and home.startswith("keras.src.") and home in sys.modules:
            found = vars(sys.modules[home]).get(name)
        if found is not None:
            return found
    return None


def _mend_model(model: Node) -> None:
    if model["class_name"] == "Functional" and "module" in model:
        model |= {"module": _FUNCTIONAL, "registered_name": None}
    layers = model["config"].get("layers", [])
    if model["class_name"] != "Sequential" or not layers:
        return
    first = layers[0]
    shape = first["config"].get("batch_input_shape")
    if shape is not None and first["class_name"] != "InputLayer":
        name = f"{first['config'].get('name', 'layer')}_input"
        config = {"batch_input_shape": shape, "dtype": "float32", "name": name}
        layers.insert(0, {"class_name": "InputLayer", "config": config})
        if "module" in first:
            layers[0] |= {"module": "keras.layers", "registered_name": None}


def _mend_values(layer: Node) -> None:
    """Write a layer's module, and the values of its keywords, as Keras 3 does."""
    config = layer["config"]
    if layer["class_name"] in _MOVED:
        layer |= {"module": "keras._legacy.layers", "registered_name": None}
    if layer["class_name"] != "InputLayer":
        config.pop("batch_input_shape", None)  # the model's InputLayer has it
    if layer["class_name"] == "Lambda":
        _mend_lambda(config)
    axis = config.get("axis")
    if isinstance(axis, list) and len(axis) == 1 and layer["class_name"] == "BatchNormalization":
        config["axis"] = axis[0]
    elif isinstance(axis, list) and len(axis) > 1:
        # Keras's reader of layers that name no module drops an axis of several, silently.
        layer.setdefault("module", "keras.layers")
    for old, new in _RENAMED.get(layer["class_name"], {}).items():
        if old in config:
            config[new] = config.pop(old)
    policy = config.get("dtype")
    if isinstance(policy, dict) and policy.get("class_name") in ("Policy", "PolicyV1"):
        config["dtype"] = policy["config"]["name"]


def _drop_keywords(layer: Node, place: str) -> None:
    """Drop a layer's keywords that its class does not take, where they say nothing."""
    cls = layer_class(layer)
    if cls is not None and cls.__module__ == _OPERATIONS:
        # Keras adds operations for masks, and does not find them again where they name no module.
        layer.setdefault("module", _OPERATIONS)
    if cls is None or not cls.__module__.startswith(_LAYERS):
        return
    config = layer["config"]
    for key in sorted(config.keys() - _keywords(cls)):
        if not _says_nothing(key, config[key]):
            raise InputError(
                f"{place}: layer {config.get('name')!r} ({layer['class_name']}) was saved with "
                f"{key}={config[key]!r}, which Keras 3 does not have; build and save the model "
                "without it"
            )
        del config[key]


def _mend_lambda(config: dict[str, Any]) -> None:
    for key in _LAMBDA_ORIGIN & config.keys():
        del config[key]
    for key in ("function", "output_shape"):
        match config.get(key):
            case [str(code), defaults, closure]:
                marshalled = {"code": code, "defaults": defaults, "closure": closure}
                config[key] = {"class_name": "__lambda__", "config": marshalled}


def _keywords(cls: type) -> set[str]:
    """Return the keywords that the constructor of a layer class takes, its bases' included."""
    names = {"input_shape", "batch_input_shape"}
    for base in inspect.getmro(cls):
        names |= _TAKEN.get(base.__name__, set())
        if "__init__" in vars(base):
            parameters = inspect.signature(vars(base)["__init__"]).parameters.values()
            names |= {parameter.name for parameter in parameters}
            if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in parameters):
                break
    return names


def _says_nothing(key: str, value: Any) -> bool:
    neutral = value is None or value is False or value in ("auto", [], {})
    training_only = key in _WITHOUT_EFFECT or key.endswith("_initializer")
    return neutral or training_only or (key == "groups" and value == 1)


def _keep_hard_sigmoid(config: dict[str, Any]) -> None:
    """Give a layer Keras 2's hard sigmoid: Keras 3's, of the same name, has another slope."""
    for key, value in config.items():
        name = value.get("config") if isinstance(value, dict) else value
        if key.endswith("activation") and name == "hard_sigmoid":
            function = register_hard_sigmoid()
            config[key] = {"class_name": "function", "config": function}
            config[key] |= {"module": "builtins", "registered_name": function}


def register_hard_sigmoid() -> str:
    """Make Keras 2's hard sigmoid known to Keras; return the name under which it is."""
    import keras

    def keras2_hard_sigmoid(x: Any) -> Any:
        return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)

    name = "seqbench>keras2_hard_sigmoid"
    if keras.saving.get_registered_object(name) is None:
        keras.saving.register_keras_serializable("seqbench")(keras2_hard_sigmoid)
    return name
