"""The files that Keras saves, read and rewritten without Keras: zip (.keras) and HDF5 (.h5)."""

import contextlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

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

_CONFIG = "config.json"
_METADATA = "metadata.json"
_WEIGHTS = ("model.weights.h5", "model.weights.npz")
_HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_ZIP_MAGIC = b"PK"


def read_config(path: Path) -> tuple[Node, str]:
    """Return a saved model's config and the version of Keras that wrote it ("" where unsaid).

    Sizes, names and links are looked at first, as `container_limits` says; then all is read once.

    Raises:
        InputError: the file is damaged, is no Keras model, is beyond a limit, or leads to other
            files.

    """
    text, version = _read_hdf5(path) if _is_hdf5(path) else _read_zip(path)
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


@contextlib.contextmanager
def loadable_copy(path: Path, config: Node | None) -> Iterator[Path]:
    """Give a file with `config` in the place of its own, and the suffix that Keras expects."""
    suffix = ".h5" if _is_hdf5(path) else ".keras"
    if config is None and path.suffix in (suffix, suffix.replace(".h5", ".hdf5")):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="seqbench-") as folder:
        copy = Path(folder) / f"model{suffix}"
        if config is None:
            shutil.copyfile(path, copy)
        elif suffix == ".h5":
            _copy_hdf5(path, copy, json.dumps(config))
        else:
            _copy_zip(path, copy, json.dumps(config))
        yield copy


def _copy_hdf5(path: Path, copy: Path, config: str) -> None:
    import h5py  # noqa: PLC0415 - only HDF5 files need it

    shutil.copyfile(path, copy)
    with h5py.File(copy, "r+") as file:
        file.attrs["model_config"] = config


def _copy_zip(path: Path, copy: Path, config: str) -> None:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for item in old.infolist():
            if item.filename == _CONFIG:
                new.writestr(_CONFIG, config)
                continue
            with old.open(item) as source, new.open(item.filename, "w", force_zip64=True) as out:
                shutil.copyfileobj(source, out)
