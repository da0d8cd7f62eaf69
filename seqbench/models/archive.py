"""The files that Keras saves, read and rewritten without Keras: zip (.keras) and HDF5 (.h5)."""

import contextlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqbench.core.errors import InputError, one_line
from seqbench.models.container_limits import (
    check_depth,
    check_hdf5,
    check_weights,
    check_zip,
    config_attribute,
    too_deep,
)
from seqbench.models.legacy import Node

if TYPE_CHECKING:
    import h5py

_CONFIG = "config.json"
_METADATA = "metadata.json"
_WEIGHTS = ("model.weights.h5", "model.weights.npz")
_SAVE_AGAIN = 'save the whole model again, model.save("x.keras")'
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_ZIP_MAGIC = b"PK"


def read_config(path: Path) -> tuple[Node, str]:
    """Return a saved model's config and the version of Keras that wrote it ("" where unsaid).

    Sizes, names and links are looked at first, as `container_limits` says; then all is read once.

    Raises:
        InputError: the file is damaged, is no Keras model, is beyond a limit, or leads to other
            files.

    """
    if not path.stat().st_size:
        raise InputError(f"{path}: is empty")
    is_hdf5 = _is_hdf5(path)
    text, version = _read_hdf5(path) if is_hdf5 else _read_zip(path)
    try:
        config = json.loads(text)
        layers = config["config"]
    except RecursionError as error:
        raise InputError(too_deep(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: its config is no Keras model's: {one_line(error)}") from error
    if not isinstance(config.get("class_name"), str) or not isinstance(layers, dict | list):
        raise InputError(f"{path}: its config is no Keras model's: no class_name and config")
    check_depth(config, path)
    if is_hdf5:
        _refuse_missing_weights(path, layers if isinstance(layers, list) else layers.get("layers"))
    else:
        with zipfile.ZipFile(path) as archive:
            if not {*_WEIGHTS} & {*archive.namelist()}:
                raise InputError(f"{path}: holds no {_WEIGHTS[0]}: {_SAVE_AGAIN}")
    config.pop("compile_config", None)  # Keras leaves it out too when told not to compile
    return config, version


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_HDF5_MAGIC)) == _HDF5_MAGIC


def _read_zip(path: Path) -> tuple[str | bytes, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(archive, path)
            texts = {_METADATA: b"{}"}
            for name in archive.namelist():
                content = _member(archive, name, path)
                if name in _WEIGHTS:
                    check_weights(content, name, path)
                elif name in (_CONFIG, _METADATA):
                    texts[name] = content
            if _CONFIG not in texts:
                raise InputError(f"{path}: is a zip file without {_CONFIG}, no Keras model")
            metadata = json.loads(texts[_METADATA])
            version = metadata.get("keras_version", "") if isinstance(metadata, dict) else ""
            return texts[_CONFIG], str(version)
    except RecursionError as error:
        raise InputError(f"{path}: its {_METADATA} is no Keras model's") from error
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError) as error:
        with path.open("rb") as file:
            begun = file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
        if begun:
            found = f"is truncated or damaged ({one_line(error)}); copy or save it again"
        else:
            found = "is no Keras model: expected a zip (.keras) or HDF5 (.h5) file"
        raise InputError(f"{path}: {found}") from error


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    """Return a member's bytes, never more than it declares."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: is damaged at {name}; copy or save it again") from error


def _read_hdf5(path: Path) -> tuple[str | bytes, str]:
    import h5py  # noqa: PLC0415 - only HDF5 files need it

    try:
        with h5py.File(path, "r") as file:
            config = config_attribute(file, path)
            version = file.attrs.get("keras_version", "")
            check_hdf5(file, path)
    except (KeyError, OSError, RuntimeError, ValueError) as error:
        found = f"is truncated or damaged ({one_line(error)}); copy or save it again"
        raise InputError(f"{path}: {found}") from error
    if config is None:
        raise InputError(
            f"{path}: holds no model config (weights alone?); save the whole model, "
            'model.save("x.keras")'
        )
    return config, version.decode() if isinstance(version, bytes) else str(version)


def listed_names(group: "h5py.Group", attribute: str) -> list[str]:
    """Return the names in a list attribute, which Keras cuts into several where it is long."""
    found = [group.attrs[attribute]] if attribute in group.attrs else []
    while f"{attribute}{len(found)}" in group.attrs:
        found.append(group.attrs[f"{attribute}{len(found)}"])
    names = [name for part in found for name in part]
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _refuse_missing_weights(path: Path, layers: Any) -> None:
    """Refuse an HDF5 file that lacks a layer's weights, or any that it lists."""
    import h5py  # noqa: PLC0415 - only HDF5 files need it

    with h5py.File(path, "r") as file:
        groups = file.get("model_weights")
        if not isinstance(groups, h5py.Group):
            raise InputError(f"{path}: holds no group 'model_weights': {_SAVE_AGAIN}")
        listed = listed_names(groups, "layer_names")
        for name in [*_layers_with_groups(layers), *listed]:
            group = groups.get(name)
            if name not in listed or not isinstance(group, h5py.Group):
                raise InputError(f"{path}: holds no weights of layer {name!r}: {_SAVE_AGAIN}")
            for weight in listed_names(group, "weight_names"):
                if not isinstance(group.get(weight), h5py.Dataset):
                    raise InputError(
                        f"{path}: holds no weight {weight!r} of layer {name!r}: {_SAVE_AGAIN}"
                    )


def _layers_with_groups(layers: Any) -> Iterator[str]:
    """Yield the names of a Sequential's layers; Keras 1 gave none to inner models.

    Those of a Functional model are left out: among them are operations, which have no group.
    """
    for layer in layers if isinstance(layers, list) else ():
        config = layer.get("config") if isinstance(layer, dict) else None
        name = config.get("name") if isinstance(config, dict) else None
        is_input = isinstance(layer, dict) and layer.get("class_name") == "InputLayer"
        if isinstance(name, str) and not is_input and "inbound_nodes" not in layer:
            yield name


@contextlib.contextmanager
def loadable_copy(
    path: Path, config: Node | None, change_hdf5: "Callable[[h5py.File], None] | None" = None
) -> Iterator[Path]:
    """Give a file with `config` in the place of its own, and the suffix that Keras expects.

    Args:
        path: the file, which is not changed.
        config: the model's config; None where the file's own will do.
        change_hdf5: what else to do with the copy, where it is HDF5 and has another config.

    """
    suffix = ".h5" if _is_hdf5(path) else ".keras"
    if config is None and path.suffix in (suffix, suffix.replace(".h5", ".hdf5")):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="seqbench-") as folder:
        copy = Path(folder) / f"model{suffix}"
        if config is None:
            shutil.copyfile(path, copy)
        elif suffix == ".h5":
            _copy_hdf5(path, copy, json.dumps(config), change_hdf5)
        else:
            _copy_zip(path, copy, json.dumps(config))
        yield copy


def _copy_hdf5(
    path: Path, copy: Path, config: str, change: "Callable[[h5py.File], None] | None"
) -> None:
    import h5py  # noqa: PLC0415 - only HDF5 files need it

    shutil.copyfile(path, copy)
    with h5py.File(copy, "r+") as file:
        file.attrs["model_config"] = config
        if change is not None:
            change(file)


def _copy_zip(path: Path, copy: Path, config: str) -> None:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for item in old.infolist():
            if item.filename == _CONFIG:
                new.writestr(_CONFIG, config)
                continue
            with old.open(item) as source, new.open(item.filename, "w", force_zip64=True) as out:
                shutil.copyfileobj(source, out)
