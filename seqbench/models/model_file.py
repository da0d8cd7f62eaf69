"""Keras models from files: `.keras` and HDF5, Keras 2's too, without running code from them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from seqbench.core.errors import InputError, one_line
from seqbench.models.archive import loadable_copy, read_config
from seqbench.models.build_once import building_once
from seqbench.models.config_check import refuse_code, refuse_foreign_bytecode, refuse_unknown
from seqbench.models.legacy import Node, layers_of, major, mend
from seqbench.models.legacy_weights import convert_file
from seqbench.models.weights import renew_statistics

if TYPE_CHECKING:
    import h5py
    import keras


def load_file(path: Path, *, allow_code: bool) -> "keras.Model":
    """Return the model in a file, uncompiled, with the file's weights.

    Args:
        path: a `.keras`, `.h5` or `.hdf5` file; what is in it decides, not its suffix.
        allow_code: let the file's own code run: Lambda layers and their like.

    Raises:
        InputError: the file is no model, is damaged, needs `allow_code`, has objects that Keras
            does not know, or Keras 3 cannot load it for another reason.

    """
    import keras

    config, version = read_config(path)
    try:
        refuse_foreign_bytecode(config, path)
        if not allow_code:
            refuse_code(config, path)
        mended = mend(config, str(path), version=version)
        refuse_unknown(mended, path, version)
    except (AttributeError, KeyError, TypeError) as error:
        problem = f"its config is no Keras model's: {one_line(error)}"
        raise InputError(f"{path}: {problem}") from error
    old = major(version) != 3
    convert = partial(_convert_weights, config=mended, version=version, path=path) if old else None
    with loadable_copy(path, mended if old or mended != config else None, convert) as file:
        if old and file.suffix == ".keras":
            _refuse_cudnn(config, path)
        try:
            with building_once():
                model = keras.saving.load_model(file, compile=False, safe_mode=not allow_code)
            renew_statistics(model)
        except Exception as error:
            allowed = "; pass --allow-code if you trust the file"
            remedy = allowed if "safe_mode=False" in str(error) else ""
            problem = f"Keras cannot load it: {one_line(error)}{remedy}"
            raise InputError(f"{path}: {problem}") from error
    if old:
        _refuse_ambiguous_biases(model, path)
    return model


def _refuse_ambiguous_biases(model: "keras.Model", path: Path) -> None:
    """Refuse an old model whose biases Keras 3 would add along another axis than Keras 1 and 2.

    On TensorFlow Keras 3.15 takes the last axis for the channels where it is as long as axis 1.
    Source: `keras.src.backend.tensorflow.numpy.add`.
    """
    for layer in model._flatten_layers():
        first = getattr(layer, "data_format", None) == "channels_first"
        if not first or getattr(layer, "bias", None) is None or not layer._inbound_nodes:
            continue
        shape = layer._inbound_nodes[0].output_tensors[0].shape
        if shape[1] == shape[-1]:
            raise InputError(
                f"{path}: layer {layer.name!r} ({type(layer).__name__}) has its channels first "
                f"and as many filters as columns ({shape[1]}): Keras 3 adds its bias to the "
                "columns, which older versions did not; build the model with channels last"
            )


def _convert_weights(file: "h5py.File", *, config: Node, version: str, path: Path) -> None:
    try:
        convert_file(file, config, major(version))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        written = f"as Keras {version or '1 or 2'} writes them"
        raise InputError(f"{path}: its weights are not {written}: {one_line(error)}") from error


def _refuse_cudnn(config: Node, path: Path) -> None:
    """Refuse layers of cuDNN in a `.keras` file, where their weights lie under other names."""
    for layer in layers_of(config):
        if str(layer["class_name"]).startswith("CuDNN"):
            raise InputError(
                f"{path}: layer {layer['config'].get('name')!r} is a {layer['class_name']}, whose "
                "weights Keras 3 does not find in a .keras file; save it in Keras 2 as HDF5, "
                'model.save("x.h5")'
            )
