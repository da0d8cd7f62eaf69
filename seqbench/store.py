"""The folder of a run: one JSON file a record, everything written whole or not at all."""

import json
import os
import re
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqbench import storage
from seqbench.errors import InputError
from seqbench.record import Record, decode, dumps

if TYPE_CHECKING:
    import numpy as np

PERTURBED = "perturbed"
"""Folder, within a model's, of its copy with perturbed weights."""

REMOVAL_S = 5.0
"""Longest time for which a folder's removal is tried."""

TEMPORARY = re.compile(r"\.[0-9a-f]{8}\.")
"""How the name begins of what is not yet written whole."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` (for a file or a folder) and rename it at the end.

    Where the block raises, what it wrote is removed and `path` stays as it was.

    Raises:
        StorageError: the disk is full.

    """
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if path.is_dir():  # a folder cannot be renamed over another
            old = path.with_name(f".{uuid.uuid4().hex[:8]}.old")
            path.rename(old)
            temporary.rename(path)
            remove(old)
        else:
            temporary.replace(path)
    except Exception as error:
        storage.check_room(error, path.parent)
        raise
    finally:
        remove(temporary)


def remove(path: Path) -> None:
    """Remove a file or a folder with all in it; nothing happens where there is none."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_soon(path: Path) -> None:
    """Remove a folder into which processes that were just killed may write for a moment still.

    What cannot be removed within `REMOVAL_S` stays, without a word.
    """
    deadline = time.monotonic() + REMOVAL_S
    while path.exists() and time.monotonic() < deadline:
        try:
            remove(path)
        except OSError:
            time.sleep(0.02)


@contextmanager
def temporary_folder(prefix: str = "seqbench-") -> Iterator[Path]:
    """Give a folder in the system's temporary one, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        try:
            yield Path(folder)
        finally:
            remove_soon(Path(folder))


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def size_bytes(path: Path) -> int:
    """Return the size of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


class Store:
    """Where a run keeps its records, models and artifacts.

    Args:
        root: the run's folder; made where it is not there.
        artifacts: the folder of the exported files, `root/artifacts` where not given.
        make: whether to make the folders; a worker does not, as its parent has made them.

    Raises:
        InputError: the folder cannot be written.

    """

    def __init__(self, root: Path, artifacts: Path | None = None, *, make: bool = True) -> None:
        self.root = root.resolve()
        self.artifacts = artifacts.resolve() if artifacts else self.root / "artifacts"
        self._made: dict[Path, int] = {}  # the inode of each
        for folder in (self.root, self.artifacts) if make else ():
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                msg = f"cannot make the folder {folder}: {error.strerror}"
                raise InputError(msg) from error
            if not os.access(folder, os.W_OK):
                msg = f"cannot write into {folder}: choose another folder with --out"
                raise InputError(msg)
            self._made[folder] = folder.stat().st_ino

    def check_there(self) -> None:
        """Refuse to go on where a folder that this made went away.

        Raises:
            StorageError: one did.

        """
        for folder, inode in self._made.items():
            storage.check_there(folder, inode)

    def model(self, name: str) -> Path:
        """Return the folder of one model's own files."""
        return self.root / "models" / name

    def record(self, key: str) -> Path:
        """Return the file of the record of the cell with this key."""
        return self.root / "records" / f"{key}.json"

    def remove_unfinished(self, models: Iterable[str]) -> None:
        """Remove what a killed run had not written whole, of itself and of these models."""
        here = [*self.root.glob(".*"), *(self.root / "records").glob(".*")]
        for name in models:
            for folder in (self.model(name), self.artifacts / name):
                here += folder.rglob(".*")
        for path in here:
            if TEMPORARY.match(path.name):
                remove(path)

    def save(self, record: Record) -> None:
        """Write one record.

        Raises:
            StorageError: the folder went away, or its disk is full.

        """
        self.check_there()
        write_text(self.record(record.cell.key), dumps(record) + "\n")

    def find(self, key: str) -> Record | None:
        """Return a cell's record, None where it has none yet."""
        path = self.record(key)
        return decode(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def read(run: Path) -> list[Record]:
    """Return all records of a run's folder, the oldest first.

    Raises:
        InputError: it is no run's folder, or a record cannot be read.

    """
    if not (run / "run.json").exists():
        msg = f"{run} is not the folder of a run: it has no run.json"
        raise InputError(msg)
    found = []
    for path in sorted((run / "records").glob("*.json")):
        try:
            found.append(decode(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError) as error:
            msg = f"{path}: {error}"
            raise InputError(msg) from error
    return sorted(found, key=lambda record: (record.started_at or "", record.cell.key))


def typed(array: "np.ndarray") -> "np.ndarray":
    """Return a bfloat16 array as one: numpy's files keep its bytes and not its dtype."""
    if array.dtype.kind != "V":
        return array
    import ml_dtypes  # noqa: PLC0415 - for arrays that need it alone

    return array.view(ml_dtypes.bfloat16)
