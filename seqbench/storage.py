"""Folders that take no more: the disk is full, or the folder went away."""

import errno
import os
from pathlib import Path

from seqbench.errors import StorageError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where nothing more can be written: no space, a quota, a limit on files."""

LEAST_BYTES = 1 << 16
"""Less free space than this is none: numpy and HDF5 do not always say why they could not write."""


def why_full(error: BaseException) -> str | None:
    """Return the system's words where an exception says that no more can be written, else None."""
    number = getattr(error, "errno", None)
    words = {code: os.strerror(code) for code in FULL}
    if number in words:
        return words[number]
    return next((said for said in words.values() if said in str(error)), None)


def check_room(error: BaseException, folder: Path) -> None:
    """Raise where an exception came while a folder's disk was full.

    Raises:
        StorageError: it was; the message says what to do.

    """
    why = why_full(error)
    if why is None and _free_bytes(folder) < LEAST_BYTES:
        why = os.strerror(errno.ENOSPC)
    if why is not None:
        msg = (
            f"cannot write into {folder}: {why}: make room there, then give the same command "
            "again; the finished records are kept"
        )
        raise StorageError(msg) from error


def check_there(folder: Path, inode: int | None = None) -> None:
    """Refuse a folder that is not there any more, or (where `inode` is given) is another one.

    Raises:
        StorageError: it is not; the message says what to do.

    """
    if not folder.is_dir() or inode not in (None, folder.stat().st_ino):
        msg = (
            f"the folder {folder} went away while seqbench worked on it (deleted, renamed or "
            "unmounted): put it back, or choose another one with --out, and give the command again"
        )
        raise StorageError(msg)


def _free_bytes(folder: Path) -> int:
    """Return how much can still be written, or more than enough where the system does not say."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return LEAST_BYTES
    return found.f_bavail * found.f_frsize
