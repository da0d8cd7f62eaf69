"""The folder of a run: one JSON file a record, everything written whole or not at all."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from seqbench.core import codec, lock, storage
from seqbench.core.errors import InputError
from seqbench.core.files import TEMPORARY, remove, replace_json, replace_text
from seqbench.core.record import Record, decode, encode

T = TypeVar("T")

PERTURBED = "perturbed"
"""Folder, within a model's, of its copy with perturbed weights."""

MARK = "run.json"
"""The file that makes a folder the folder of a run: its plan."""

GIVEN = "given"
"""Folder, within a run's, of models that were given as objects."""

FOLDERS = (GIVEN, "tmp", "logs", "models", "records", "artifacts")
"""What a run keeps in its folder, beside its files."""

_SHOWN = 3
"""How many names of a folder that is refused are shown."""


class Store:
    """Where a run keeps its records, models and artifacts.

    Args:
        root: the run's folder; `hold` makes it where it is not there.
        artifacts: the folder of the exported files, `root/artifacts` where not given. One that is
            given is the user's and may hold other things.

    """

    def __init__(self, root: Path, artifacts: Path | None = None) -> None:
        self.root = root.resolve()
        self.artifacts = artifacts.resolve() if artifacts else self.root / "artifacts"
        self._made: dict[Path, int] = {}  # the inode of each folder of a run that is held

    @property
    def delivers(self) -> bool:
        """Whether the artifacts go to a folder of the user's."""
        return self.artifacts != self.root / "artifacts"

    @contextmanager
    def hold(self, models: Iterable[str], mark: Mapping[str, Any]) -> Iterator[None]:
        """Lock the run's folder, and that of these models' artifacts, for this process.

        A new or an empty folder becomes a run's: `mark` is written at once as its plan, for now.
        Nothing in another folder is touched.

        Raises:
            InputError: the folder holds other things than a run, another process holds it, or it
                cannot be written.

        """
        with ExitStack() as stack:
            _make(self.root)
            self._refuse_other_things(models)
            stack.enter_context(lock.hold(self.root / lock.NAME, str(self.root)))
            if not (self.root / MARK).exists():
                self._refuse_other_things(models)
                replace_json(self.root / MARK, mark)
            _make(self.artifacts)
            self._made = {path: path.stat().st_ino for path in (self.root, self.artifacts)}
            for name in models:
                stack.enter_context(hold_artifacts(self.artifacts / name))
            yield

    def _refuse_other_things(self, models: Iterable[str]) -> None:
        """Refuse a folder that is neither a run's nor empty, and links out of a run's folder.

        Raises:
            InputError: it is one of these.

        """
        if not is_run(self.root):
            found = sorted(
                path.name for path in self.root.iterdir() if path.name not in (lock.NAME, GIVEN)
            )
            if found:
                more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
                msg = (
                    f"{self.root} is not the folder of a run, and not empty: it holds "
                    f"{', '.join(found[:_SHOWN])}{more}; choose a new folder with --out"
                )
                raise InputError(msg)
        inside = [self.root / name for name in FOLDERS]
        inside += [folder for name in models for folder in self._folders(name)]
        for path in inside:
            if path.is_symlink() and path.is_relative_to(self.root):
                msg = (
                    f"{path} is a link: a run keeps everything in its own folder; put "
                    f"{path.resolve()} in the link's place, or choose a new folder with --out"
                )
                raise InputError(msg)

    def _folders(self, name: str) -> tuple[Path, ...]:
        return self.model(name), self.model(name) / PERTURBED, self.artifacts / name

    def check_there(self) -> None:
        """Refuse to go on where a folder that this made went away.

        Raises:
            StorageError: one did.

        """
        for folder, inode in self._made.items():
            storage.check_there(folder, inode)

    def given_folder(self) -> Path:
        """Return the folder of models that were given as objects, if this folder can be a run's.

        Raises:
            InputError: it holds other things than a run.

        """
        if self.root.exists():
            self._refuse_other_things(())
        return self.root / GIVEN

    def model(self, name: str) -> Path:
        """Return the folder of one model's own files."""
        return self.root / "models" / name

    def record(self, key: str) -> Path:
        """Return the file of the record of the cell with this key."""
        return self.root / "records" / f"{key}.json"

    def remove_unfinished(self, models: Iterable[str]) -> None:
        """Remove what a killed run had not written whole, of itself and of these models."""
        folders = [self.root, self.root / "records"]
        folders += [folder for name in models for folder in self._folders(name)]
        for folder in folders:
            for path in list(folder.glob(".*")):
                if TEMPORARY.match(path.name):
                    remove(path)

    def save(self, record: Record) -> None:
        """Write one record.

        Raises:
            StorageError: the folder went away, or its disk is full.

        """
        self.check_there()
        text = json.dumps(encode(record), allow_nan=False) + "\n"
        replace_text(self.record(record.cell.key), text)

    def find(self, key: str) -> Record | None:
        """Return a cell's record, None where it has none yet."""
        path = self.record(key)
        return decode(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


@contextmanager
def hold_artifacts(folder: Path) -> Iterator[None]:
    """Lock the folder of one model's artifacts, which need not be there, for this process.

    Raises:
        InputError: another process holds it, or nothing can be written beside it.

    """
    with lock.hold(folder.parent / f".{folder.name}{lock.NAME}", str(folder)):
        yield


def is_run(folder: Path) -> bool:
    """Whether a folder carries the mark of a run: a plan that seqbench wrote, no link to one."""
    if not (folder / MARK).is_file() or (folder / MARK).is_symlink():
        return False
    try:
        versions = read_plan(folder, dict[str, Any]).get("versions")
    except InputError:
        return False
    return isinstance(versions, dict) and "seqbench" in versions


def read_plan(run: Path, kind: type[T]) -> T:
    """Return a run's plan, or of it what the fields of a dataclass name.

    Raises:
        InputError: it cannot be read, or lacks a field; the message names it.

    """
    path = run / MARK
    try:
        return codec.from_text(kind, path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = (
            f"{path} does not hold the plan of a run ({error}): run it again, or choose another "
            "folder with --out"
        )
        raise InputError(msg) from error


def _make(folder: Path) -> None:
    """Make a folder where there is none.

    Raises:
        InputError: it cannot be made or written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot make the folder {folder}: {error.strerror}"
        raise InputError(msg) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        msg = f"cannot read or write in {folder}: choose another folder with --out"
        raise InputError(msg)


def read_records(run: Path) -> list[Record]:
    """Return all records of a run's folder, the oldest first.

    Raises:
        InputError: it is no run's folder, or a record cannot be read.

    """
    if not (run / MARK).exists():
        msg = f"{run} is not the folder of a run: it has no {MARK}"
        raise InputError(msg)
    found = []
    for path in sorted((run / "records").glob("*.json")):
        try:
            found.append(decode(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError) as error:
            msg = f"{path}: {error}"
            raise InputError(msg) from error
    return sorted(found, key=lambda record: (record.started_at or "", record.cell.key))
