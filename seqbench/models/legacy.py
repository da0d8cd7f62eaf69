"""Keras 1's and 2's saved models as Keras 3 can read them.

Keras 3 reads Keras 2's `.h5` and `.keras` files as far as its classes still take every keyword
that was saved. `mend` edits a model's config (the JSON object in the file) so that they do.
"""

import copy
import inspect
import sys
from collections.abc import Iterator
from typing import Any

from seqbench.core.errors import InputError
from seqbench.models import keras1
from seqbench.models.legacy_graph import MODELS, mend_graph

Node = dict[str, Any]
"""A serialized object: `class_name`, `config`, and from Keras 2.12 on `module`."""

_FUNCTIONAL = "keras.src.models.functional"

_OPERATIONS = "keras.src.ops.numpy"
_LAYERS = ("keras.src.layers.", "keras.src.legacy.layers")

_CHILDREN = ("layer", "forward_layer", "backward_layer", "cell", "activation")

_TAKEN = {
    "IndexLookup": {"vocabulary_size", "has_input_vocabulary", "trainable", "dtype"},
    "TextVectorization": {"vocabulary_size", "has_input_vocabulary"},
}
"""Keywords that Keras 3's classes take out of **kwargs, which no signature shows."""

_RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}

_CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "SyncBatchNormalization": "BatchNormalization",
    "UnifiedGRU": "GRU",
    "UnifiedLSTM": "LSTM",
}
"""Layers of Keras 2 that do in inference what another layer does."""

_CUDNN = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True}
"""What the layers that were written in cuDNN computed, and did not save."""

_ACTIVATIONS = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax"}
"""Names under which Keras 2 saved TensorFlow's functions."""

_INTERPOLATIONS = ("gaussian", "mitchellcubic")
"""Ways to resize that Keras 2 had and Keras 3 does not, which it says when a model runs."""

_WITHOUT_EFFECT = {
    *("experimental_autocast", "fused", "implementation", "input_length", "rng_type", "trainable"),
}
"""Keywords that do not change what a trained layer computes: dropped with any value."""

_MOVED = {"RandomHeight", "RandomWidth", "ThresholdedReLU"}
"""Layers of Keras 2 that Keras 3 keeps in `keras._legacy.layers`, to load old files."""

_LAMBDA_ORIGIN = {"function_type", "module", "output_shape_type", "output_shape_module"}


def major(version: str) -> int | None:
    """Return 1 to 3 of the version that wrote a file; None for Keras 1 and 2 that did not say."""
    found = version.split(".", maxsplit=1)[0]
    return int(found) if found.isdigit() else None


def mend(config: Node, place: str, *, version: str) -> Node:
    """Return a copy of a model's config that Keras 3 reads.

    Args:
        config: the model's config.
        place: the file, for messages.
        version: the version of Keras that wrote the file; "" where it does not say.

    Raises:
        InputError: a layer has a keyword that Keras 3 does not take and that says something.

    """
    mended = copy.deepcopy(config)
    _name_lists(mended)
    old = major(version) != 3
    place = f"{place} (of Keras {version or '1 or 2'})" if old else place
    if major(version) in (None, 1):
        keras1.translate([*layers_of(mended)], place)
    for layer in layers_of(mended):
        if layer.get("compile_config"):
            del layer["compile_config"]
        if old:
            _mend_old(layer)
            if layer["config"].get("interpolation") in _INTERPOLATIONS:
                raise _lost(layer, "interpolation", place)
        if layer["class_name"] in MODELS:
            _mend_model(layer)
        else:
            _mend_values(layer)
            _drop_keywords(layer, place, old=old)
    for layer in layers_of(mended) if old else ():
        for child in _wrapped(layer):
            _name_module(child)
    return mended


def layers_of(node: Node) -> Iterator[Node]:
    """Yield the config of a model or layer and of all layers within, outer before inner."""
    yield node
    layers = node["config"].get("layers")
    for child in [*_wrapped(node), *(layers if isinstance(layers, list) else [])]:
        if isinstance(child, dict) and isinstance(child.get("config"), dict):
            yield from layers_of(child)


def _wrapped(node: Node) -> list[Node]:
    """Return the configs of the layers that a layer wraps; those of a model are none."""
    inner = node["config"]
    cells = inner.get("cells")
    children = [inner.get(key) for key in _CHILDREN] + (cells if isinstance(cells, list) else [])
    return [
        child
        for child in children
        if isinstance(child, dict)
        and isinstance(child.get("config"), dict)
        and child.get("class_name") != "__lambda__"
    ]


def _name_lists(node: Node, count: int = 0) -> None:
    """Give a name to each Sequential that is a bare list of layers (Keras 1, and 2.0 to 2.2)."""
    if isinstance(node["config"], list):
        name = f"sequential_{count}" if count else "sequential"
        node["config"] = {"name": name, "layers": node["config"]}
    layers = node["config"].get("layers")
    for i, child in enumerate([*_wrapped(node), *(layers if isinstance(layers, list) else [])], 1):
        if isinstance(child, dict) and isinstance(child.get("config"), dict | list):
            _name_lists(child, i)


def _mend_old(layer: Node) -> None:
    """Say in Keras 3's words what those of Keras 2 meant, which it would take for others."""
    kind, config = layer["class_name"], layer["config"]
    if isinstance(config.get("name"), str):
        config["name"] = config["name"].replace("/", "_")
    if kind in _CLASSES:
        layer["class_name"] = _CLASSES[kind]
        if "module" in layer:
            layer |= {"module": "keras.layers", "registered_name": None}
    if kind.startswith("CuDNN"):
        config |= _CUDNN
    if layer["class_name"] in ("GRU", "GRUCell"):  # Keras 3's own default is another
        config.setdefault("reset_after", kind == "CuDNNGRU")
    if kind == "Model":
        layer["class_name"] = "Functional"
    if "output_layers" in config:
        mend_graph(config)
    _mend_activations(config)


def _name_module(layer: Node) -> None:
    """Say where Keras has a wrapped layer's class, without which Keras 3 does not find it."""
    if layer.get("module") is None:
        for module in ("keras.layers", "keras", _FUNCTIONAL):
            if keras_symbol(layer["class_name"], module) is not None:
                layer |= {"module": module, "registered_name": None}
                return


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
    if layer["class_name"] == "RandomShear":
        _mend_factors(config)
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


def _mend_factors(config: dict[str, Any]) -> None:
    """Give the largest shear alone, where Keras 3 wrote its range and does not read that again."""
    for key in ("x_factor", "y_factor"):
        match config.get(key):
            case [lower, upper] if lower == -upper:
                config[key] = upper


def _drop_keywords(layer: Node, place: str, *, old: bool) -> None:
    """Drop a layer's keywords that its class does not take, where they say nothing.

    Of an old layer the initializers as well: the weights are there, and each Keras has its own.
    """
    cls = layer_class(layer)
    if cls is not None and cls.__module__ == _OPERATIONS:
        # Keras adds operations for masks, and does not find them again where they name no module.
        layer.setdefault("module", _OPERATIONS)
    if cls is None or not cls.__module__.startswith(_LAYERS):
        return
    config = layer["config"]
    if old:
        for key in [key for key in config if key.endswith("_initializer")]:
            del config[key]
    for key in sorted(config.keys() - _keywords(cls)):
        if not _says_nothing(key, config[key]):
            raise _lost(layer, key, place)
        del config[key]


def _lost(layer: Node, key: str, place: str) -> InputError:
    config = layer["config"]
    return InputError(
        f"{place}: layer {config.get('name')!r} ({layer['class_name']}) was saved with "
        f"{key}={config[key]!r}, which Keras 3 does not have and which may change what it "
        "computes; build the model in Keras 3 so that it computes the same, and save that"
    )


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


def _mend_activations(config: dict[str, Any]) -> None:
    """Name a layer's functions as Keras 3 does.

    Its hard sigmoid has another slope than that of the same name in Keras 2.
    """
    for key, value in config.items():
        if not key.endswith("activation"):
            continue
        name = value.get("config") if isinstance(value, dict) else value
        if not isinstance(name, str):
            continue
        if name == "hard_sigmoid":
            function = register_hard_sigmoid()
            config[key] = {"class_name": "function", "config": function}
            config[key] |= {"module": "builtins", "registered_name": function}
        elif name in _ACTIVATIONS:
            config[key] = _ACTIVATIONS[name]


def register_hard_sigmoid() -> str:
    """Make Keras 2's hard sigmoid known to Keras; return the name under which it is."""
    import keras

    def keras2_hard_sigmoid(x: Any) -> Any:
        return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)

    name = "seqbench>keras2_hard_sigmoid"
    if keras.saving.get_registered_object(name) is None:
        keras.saving.register_keras_serializable("seqbench")(keras2_hard_sigmoid)
    return name
