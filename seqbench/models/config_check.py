"""What a saved model's config names, looked at before Keras follows it.

Keras finds the class of each object in a config by its `module`, `class_name` and
`registered_name`, and would import some modules for it. Here every object is looked at first, also
those that Keras might never build: only parts of models are allowed, and those that bring code or
read files only where the user trusts the file.
"""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqbench.core.errors import InputError
from seqbench.models.bytecode import HERE, marshalled, other_python
from seqbench.models.legacy import Node, keras_symbol, layer_class, layers_of, major

_RUNS_CODE = {
    "__lambda__": "a Python lambda",
    "Lambda": "a Lambda layer",
    "TFSMLayer": "a TFSMLayer (it runs a SavedModel)",
    "TorchModuleWrapper": "a TorchModuleWrapper (it unpickles)",
    "JaxLayer": "a JaxLayer (it calls a function of the file)",
    "FlaxLayer": "a FlaxLayer (it calls a function of the file)",
}
"""Serialized objects with which a file brings code of its own."""

_PARTS = (
    *("activations", "constraints", "dtype_policies", "initializers", "layers", "legacy.layers"),
    *("losses", "metrics", "models", "ops", "optimizers", "quantizers", "random", "regularizers"),
)
_HOMES = (
    *(f"keras.src.{part}." for part in _PARTS),
    *("keras.src.export.tfsm_layer.", "keras.src.utils.jax_layer.", "keras.src.utils.torch_utils."),
)
"""Where Keras defines parts of models, with those of `_RUNS_CODE` that are not among its layers."""

_VALUES = {"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"}
"""What Keras writes as an object and reads as a plain value."""

_LOST = "give the Python file that defines it and builds the model (file.py:name)"


def refuse_code(config: Node, path: Path) -> None:
    """Refuse a config with code of its own, or that reads files beside the model's.

    Raises:
        InputError: it has such; the message names the layer.

    """
    remedy = "pass --allow-code if you trust the file"
    for layer, node in _objects(config):
        for name in _names(node):
            if name in _RUNS_CODE:
                raise InputError(
                    f"{path}: layer {layer!r} is or holds {_RUNS_CODE[name]}, code from the file; "
                    f"{remedy}"
                )
        inner = node.get("config")
        vocabulary = inner.get("vocabulary") if isinstance(inner, dict) else None
        if isinstance(vocabulary, str):
            raise InputError(
                f"{path}: layer {layer!r} reads its vocabulary from the file {vocabulary!r}, which "
                f"is not in the model's; {remedy}"
            )


def refuse_foreign_bytecode(config: Node, path: Path) -> None:
    """Refuse a config with a function that another Python compiled, which this one cannot run.

    Raises:
        InputError: it has such; the message names the layer and the versions.

    """
    for layer, node in _objects(config):
        for code in marshalled(node):
            versions = other_python(code)
            if versions is not None:
                raise InputError(
                    f"{path}: layer {layer!r} holds a function compiled by Python {versions}, and "
                    f"this is Python {HERE}, which cannot run it; build the model of Keras's own "
                    "layers, or give the Python file that builds it (file.py:name)"
                )


def refuse_unknown(config: Node, path: Path, version: str) -> None:
    """Refuse a config that names what is no part of a model of Keras's.

    What is registered with Keras in this process is allowed. `version` is that of Keras which wrote
    the file, "" where it does not say.

    Raises:
        InputError: it has such; the message names the layer and the object.

    """
    for layer in layers_of(config):
        if "." not in str(layer["class_name"]) and layer_class(layer) is None:
            found = f"layer {layer['config'].get('name')!r} is of class {layer['class_name']}"
            if major(version) == 3:
                raise InputError(f"{path}: {found}, which Keras does not have; {_LOST}")
            raise InputError(
                f"{path}: {found} (the file is of Keras {version or '1 or 2'}), which Keras 3 does "
                f"not have; build the model in Keras 3 of what it has, or {_LOST}"
            )
    for name, node in _objects(config):
        problem = _problem(node)
        if problem is not None:
            raise InputError(f"{path}: layer {name!r} is or holds {problem}")


def _problem(node: Node) -> str | None:
    """Return what is wrong with how an object says what it is; None where nothing is."""
    import keras

    name, module = node["class_name"], node.get("module")
    if name in _VALUES:
        return None
    is_function = name == "function"
    if is_function:
        name = node.get("config")
    registered = name if is_function else node.get("registered_name") or name
    if not all(isinstance(found, str) for found in (name, registered, module or "")):
        return f"an object whose class_name is {name!r} in module {module!r}; expected two names"
    if keras.saving.get_registered_object(registered):
        return None
    if "." in name:
        return f"{name!r}, a path where a plain name is expected; the file was not saved by Keras"
    # Keras 2 names no module: it is looked for among Keras's own of the kind that is expected.
    return _unlike_keras(name, module, is_function=is_function) if module else None


def _unlike_keras(name: str, module: str, *, is_function: bool) -> str | None:
    """Return why a name in a module is no part of a model of Keras's; None where it is one."""
    found = keras_symbol(name, module, is_function=is_function)
    what = f"{name} of module {module}"
    if found is None:
        return f"{what}, which Keras does not have; {_LOST}"
    is_part = f"{getattr(found, '__module__', '')}.".startswith(_HOMES)
    if not is_part or inspect.isclass(found) is is_function:
        return f"{what}, which is no part of a model; the file was not saved by Keras"
    return None


def _names(node: Node) -> Iterator[str]:
    """Yield every plain name by which Keras might look for an object."""
    spelled = [node["class_name"], node.get("registered_name")]
    if node["class_name"] == "function":
        spelled.append(node.get("config"))
    for name in spelled:
        if isinstance(name, str):
            yield name.replace(">", ".").rsplit(".", 1)[-1]


def _objects(config: Node) -> Iterator[tuple[str, Node]]:
    """Yield every serialized object within a config, with the name of the layer it is in."""
    left: list[tuple[str, Any]] = [("?", config)]
    while left:
        layer, value = left.pop()
        if isinstance(value, dict):
            inner = value.get("config")
            if "class_name" in value:
                name = inner.get("name") if isinstance(inner, dict) else None
                layer = name if isinstance(name, str) else layer
                yield layer, value
            left.extend((layer, item) for item in reversed(value.values()))
        elif isinstance(value, list):
            left.extend((layer, item) for item in reversed(value))
