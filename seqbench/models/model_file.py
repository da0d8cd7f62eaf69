"""Keras models from files: `.keras` and HDF5, Keras 2's too, without running code from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqbench.errors import InputError
from seqbench.models.archive import loadable, read_config
from seqbench.models.legacy import Node, layer_class, layers_of, mend
from seqbench.oneline import one_line

if TYPE_CHECKING:
    import keras

_RUNS_CODE = {
    "__lambda__": "a Python lambda",
    "Lambda": "a Lambda layer",
    "TFSMLayer": "a TFSMLayer (it runs a SavedModel)",
    "TorchModuleWrapper": "a TorchModuleWrapper (it unpickles)",
}
"""Serialized objects with which a file brings code of its own."""


def load_file(path: Path, *, allow_code: bool) -> "keras.Model":
    """Return the model in a file, uncompiled, with the file's weights.

    Args:
        path: a `.keras`, `.h5` or `.hdf5` file; what is in it decides, not its suffix.
        allow_code: let the file's own code run: Lambda layers and their like.

    Raises:
        InputError: the file is no model, is damaged, needs `allow_code`, has layers that Keras
            does not know, or Keras 3 cannot load it for another reason.

    """
    import keras

    config, version = read_config(path)
    if not allow_code:
        _refuse_code(config, path)
    major = version.split(".")[0]
    try:
        mended = mend(config, str(path), keras_major=int(major) if major.isdigit() else None)
        _refuse_unknown(mended, path)
    except (AttributeError, KeyError, TypeError) as error:
        problem = f"its config is no Keras model's: {one_line(error)}"
        raise InputError(f"{path}: {problem}") from error
    with loadable(path, mended if mended != config else None) as file:
        try:
            return keras.saving.load_model(file, compile=False, safe_mode=not allow_code)
        except Exception as error:
            allowed = "; pass --allow-code if you trust the file"
            remedy = allowed if "safe_mode=False" in str(error) else ""
            problem = f"Keras cannot load it: {one_line(error)}{remedy}"
            raise InputError(f"{path}: {problem}") from error


def _nodes(value: Any, layer: str) -> Iterator[tuple[str, Node]]:
    """Yield every serialized object within `value`, with the name of the layer it is in."""
    if isinstance(value, dict):
        inner = value.get("config")
        if "class_name" in value:
            name = inner.get("name") if isinstance(inner, dict) else None
            layer = name if isinstance(name, str) else layer
            yield layer, value
        for item in value.values():
            yield from _nodes(item, layer)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item, layer)


def _refuse_code(config: Node, path: Path) -> None:
    for layer, node in _nodes(config, "?"):
        what = _RUNS_CODE.get(str(node["class_name"]))
        if what is not None:
            raise InputError(
                f"{path}: layer {layer!r} is or holds {what}, code from the file; "
                "pass --allow-code if you trust the file"
            )


def _refuse_unknown(config: Node, path: Path) -> None:
    for layer in layers_of(config):
        if layer_class(layer) is None:
            raise InputError(
                f"{path}: layer {layer['config'].get('name')!r} is of class "
                f"{layer['class_name']}, which Keras does not have; give the Python file that "
                "defines it and builds the model (file.py:name)"
            )
