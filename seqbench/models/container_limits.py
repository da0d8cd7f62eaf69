"""What the parts of a saved model's file say of themselves, looked at before any is unpacked.

The limits are far above what any model needs, and far below what harms a machine.
"""

import io
import math
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import psutil

from seqbench.core.errors import InputError, one_line
from seqbench.core.units import size as size_text

if TYPE_CHECKING:
    import h5py

CONFIG_BYTES = 64 << 20
"""Largest config. Those of Keras's own applications are below 2 MB; a vocabulary that lies in the
config may have more, but one of two million words is still below 32 MB."""

METADATA_BYTES = 1 << 20
"""Largest metadata.json, of which Keras writes about 64 bytes."""

CONFIG_DEPTH = 200
"""Deepest nesting of a config's JSON. A model within a model takes four levels: this is fifty of
them, more than Python's stack lets Keras call."""

_FLOOR_BYTES = 1 << 32
_MOST_ZIPPED = 100
_MOST_HDF5 = 1000
"""Keras loads no part of more than 4 GiB that is stored in less than 1/100 (zip) or 1/1000 (HDF5)
of its size. Weights that are all zero reach such ratios too, so smaller parts may have any."""


def check_zip(archive: zipfile.ZipFile, path: Path) -> None:
    """Refuse an archive whose list of members is not what Keras writes; this unpacks nothing.

    Raises:
        InputError: a name leads out of the archive or is there twice, a member is a link or
            encrypted, or a size is beyond its limit.

    """
    limits = {"config.json": CONFIG_BYTES, "metadata.json": METADATA_BYTES}
    seen: set[str] = set()
    for info in archive.infolist():
        name = info.filename
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
            raise InputError(f"{path}: its member {name!r} leads out of the archive; refused")
        if name in seen:
            raise InputError(
                f"{path}: holds {name!r} twice, of which each reader may take another; refused"
            )
        seen.add(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputError(f"{path}: its member {name!r} is a link; refused")
        if info.flag_bits & 0x1:
            raise InputError(f"{path}: its member {name!r} is encrypted; save the model without")
        if info.file_size > limits.get(name, math.inf):
            raise InputError(
                f"{path}: its {name} has {size_text(info.file_size)} unpacked, expected at most "
                f"{size_text(limits[name])}; no model needs that much"
            )
        _check_ratio(f"{path}: {name}", info.file_size, info.compress_size, _MOST_ZIPPED)
    _check_total(path, sum(info.file_size for info in archive.infolist()))


def check_weights(content: bytes, name: str, path: Path) -> None:
    """Refuse a member with weights (HDF5, or numpy's zip) that is a bomb or reads other files.

    Raises:
        InputError: as `check_zip` and `check_hdf5`, or it cannot be opened.

    """
    import h5py  # noqa: PLC0415 - only models need it

    place = path / name
    try:
        if name.endswith(".npz"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                check_zip(archive, place)
        else:
            with h5py.File(io.BytesIO(content), "r") as file:
                check_hdf5(file, place)
    except (zipfile.BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError) as error:
        found = f"is truncated or damaged ({one_line(error)}); copy or save it again"
        raise InputError(f"{place}: {found}") from error


def check_hdf5(file: "h5py.File", path: Path) -> None:
    """Refuse an HDF5 file that reads other files, or says it holds far more than it stores.

    Only links and shapes are looked at, no data are read.

    Raises:
        InputError: it has a link to another file, data that lie in other files, or data whose
            size is beyond its limit.

    """
    import h5py  # noqa: PLC0415 - only models need it

    total, groups, seen = 0, [file], set()
    while groups:
        group = groups.pop()
        for key in group:
            name = f"{group.name.rstrip('/')}/{key}"
            link = group.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise InputError(f"{path}: {name} is a link to the file {link.filename!r}; refused")
            if isinstance(link, h5py.SoftLink):  # Keras follows none
                continue
            item = group[key]
            where = h5py.h5o.get_info(item.id).addr
            if where in seen:  # hard links may lead back
                continue
            seen.add(where)
            if isinstance(item, h5py.Group):
                groups.append(item)
            elif isinstance(item, h5py.Dataset):
                total += _dataset_bytes(item, f"{path}: {name}")
    _check_total(path, total)


def config_attribute(file: "h5py.File", path: Path) -> str | bytes | None:
    """Return the config that an HDF5 file holds, None where it holds none.

    Raises:
        InputError: it is longer than any model's.

    """
    name = "model_config"
    if name not in file.attrs:
        return None
    size: int = file.attrs.get_id(name).get_storage_size()
    config: Any = file.attrs[name] if size <= CONFIG_BYTES else b""
    if isinstance(config, str | bytes):  # of a string of any length only a reference was counted
        size = max(size, len(config))
    if size > CONFIG_BYTES:
        raise InputError(
            f"{path}: its {name} has {size_text(size)}, expected at most "
            f"{size_text(CONFIG_BYTES)}; no model needs that much"
        )
    found: str | bytes = config
    return found


def check_depth(config: Any, path: Path) -> None:
    """Refuse a config that is nested more deeply than any model's.

    Raises:
        InputError: it is.

    """
    level = [config]
    for _ in range(CONFIG_DEPTH):
        below = [item for item in level if isinstance(item, dict | list)]
        level = [
            inner for item in below for inner in (item.values() if isinstance(item, dict) else item)
        ]
    if level:
        raise InputError(too_deep(path))


def too_deep(path: Path) -> str:
    """Return the message on a config that is nested too deeply."""
    return (
        f"{path}: its config is nested more than {CONFIG_DEPTH} levels deep, which no model's is; "
        "refused"
    )


def _dataset_bytes(dataset: "h5py.Dataset", place: str) -> int:
    """Return the size of a dataset's values, which need not be in the file."""
    if dataset.external or dataset.is_virtual:
        raise InputError(f"{place}: its data lie in other files; refused")
    size = math.prod(dataset.shape or ()) * int(dataset.dtype.itemsize)
    _check_ratio(place, size, int(dataset.id.get_storage_size()), _MOST_HDF5)
    return size


def _check_ratio(place: str, size: int, stored: int, most: int) -> None:
    if size > _FLOOR_BYTES and size > most * stored:
        raise InputError(
            f"{place}: has {size_text(size)} unpacked and {size_text(stored)} stored, which Keras "
            "does not load; refused"
        )


def _check_total(path: Path, size: int) -> None:
    memory = psutil.virtual_memory().total
    if size > memory:
        raise InputError(
            f"{path}: has {size_text(size)} unpacked, more than the {size_text(memory)} of memory "
            "that are here"
        )
