"""Files written whole or not at all: seqbench's own are replaced, a user's place is kept.

What is at a place that a user names is the user's: only a regular file is renamed over. A folder
is refused, and a device or a FIFO is written to as it is. What seqbench keeps for itself, in the
folder of a run or beside a manifest, is replaced whatever it is.
"""

import json
import os
import re
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from seqbench.core import storage
from seqbench.core.errors import InputError, StorageError

TEMPORARY = re.compile(r"\.seqbench-[0-9a-f]{8}\.")
"""How the name begins of what is not yet written whole."""

REMOVAL_S = 5.0
"""Longest time for which a folder's removal is tried, seconds."""

_SHELL_DESCRIPTORS = 64
"""Numbers below this are those that shells give to files."""

_REFUSED = (
    (stat.S_ISDIR, "a folder, and no file replaces a folder"),
    (stat.S_ISSOCK, "a socket, and nothing can be written to one by its name"),
    (stat.S_ISBLK, "a disk, and a file written over it would destroy what is on it"),
)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`, of seqbench's own, and rename it at the end.

    A file replaces a file, or a link but not what that points to; a folder replaces a folder. Where
    the block raises, what it wrote is removed and `path` stays as it was.

    Raises:
        OSError: it cannot be written, or a file would replace a folder or a folder a file.
        StorageError: the disk is full.

    """
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if temporary.is_dir() and path.is_dir():  # a folder cannot be renamed over another
            old = _beside(path)
            path.rename(old)
            try:
                temporary.rename(path)
            except OSError:
                old.rename(path)
                raise
            remove(old)
        else:
            temporary.replace(path)
    except Exception as error:
        storage.check_room(error, path.parent)
        raise
    finally:
        remove(temporary)


def remove(path: Path) -> None:
    """Remove a file, a folder with all in it, or a link itself; no matter if there is none."""
    if path.is_dir() and not path.is_symlink():
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
    """Give a folder in the system's temporary one, and remove it at the end.

    Raises:
        StorageError: none can be made.

    """
    with ExitStack() as stack:
        try:
            made = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made))
        except OSError as error:
            msg = f"cannot make a temporary folder ({error.strerror}): set TMPDIR to one with room"
            raise StorageError(msg) from error
        stack.callback(remove_soon, folder)
        yield folder


def replace_text(path: Path, text: str) -> None:
    """Write a text file of seqbench's own, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def replace_json(path: Path, value: Any) -> None:
    """Write a JSON file of seqbench's own, whole or not at all."""
    replace_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text to a place that a user named.

    A regular file is replaced, whole or not at all, and keeps its permissions; behind a link it is
    the file that the link points to. What is no regular file is written to as it is.

    Raises:
        InputError: the place is refused by `check_place`, or cannot be written.

    """
    check_place(path)
    try:
        before = path.stat() if path.exists() else None
        if before is None or (stat.S_ISREG(before.st_mode) and not _is_open(before)):
            with replacing(Path(os.path.realpath(path))) as temporary:
                temporary.write_text(text, encoding="utf-8")
                if before is not None:
                    with suppress(PermissionError):  # only root gives files away
                        os.chown(temporary, before.st_uid, before.st_gid)
                    temporary.chmod(stat.S_IMODE(before.st_mode))
        else:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "w", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def check_place(path: Path) -> None:
    """Refuse a place of a user's where no file can be written; nothing is opened or made.

    Raises:
        InputError: it is a folder, a socket or a disk, or cannot be written.

    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        parent = _nearest(Path(os.path.realpath(path)).parent)
        if not parent.is_dir():
            raise InputError(f"cannot write {path}: {parent} is not a folder") from None
        writable = [parent]
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    else:
        for is_kind, what in _REFUSED:
            if is_kind(mode):
                raise InputError(f"cannot write {path}: it is {what}; name a file")
        writable = [path, *([Path(os.path.realpath(path)).parent] if stat.S_ISREG(mode) else [])]
    for needed in writable:
        if not os.access(needed, os.W_OK):
            raise InputError(f"cannot write {path}: no permission to write to {needed}")


def size_bytes(path: Path) -> int:
    """Return the size of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _beside(path: Path) -> Path:
    """Return a name that nobody can foresee; a long one is cut, since names end at 255 bytes."""
    return path.with_name(f".seqbench-{uuid.uuid4().hex[:8]}.{path.name[-40:]}")


def _nearest(folder: Path) -> Path:
    """Return the folder, or the first above it that exists."""
    return next(found for found in (folder, *folder.parents) if found.exists())


def _is_open(found: os.stat_result) -> bool:
    """Whether it is a file that this process was given open, such as `/dev/stdout` in a shell.

    To rename over it would take from the shell's file what is in it and what is still to come.
    """
    for descriptor in range(_SHELL_DESCRIPTORS):
        with suppress(OSError):  # it is not open
            if os.path.samestat(found, os.fstat(descriptor)):
                return True
    return False
