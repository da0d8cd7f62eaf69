"""A lock on what one process at a time may write: a file that says who holds it.

The kernel's lock on the file decides and goes with its holder, however that ends. Workers do not
inherit it: Python closes its files in the processes that it starts. Where a file system has no
such locks, what the file says decides: the process, and when that began, since numbers of processes
are used again.
"""

import fcntl
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from seqbench.core.errors import InputError

NAME = ".seqbench.lock"
"""The name of a folder's lock."""

_OURS = b'{"held_by": "seqbench"'
"""How every lock's file begins."""


@contextmanager
def hold(path: Path, what: str) -> Iterator[None]:
    """Hold a lock; its file is there as long as the block runs.

    Args:
        path: the lock's file; its folder exists.
        what: what the lock is for, such as a folder, for the message.

    Raises:
        InputError: another process holds it, or its file cannot be written or is not seqbench's.

    """
    try:
        opened = _locked(path, what)
    except OSError as error:
        raise InputError(f"cannot lock {what}: {path}: {error.strerror}") from error
    try:
        yield
    finally:
        if _is_at(opened, path):  # else the folder has gone meanwhile, with its lock
            with suppress(OSError):
                path.unlink()
        os.close(opened)


def _locked(path: Path, what: str) -> int:
    """Return the descriptor of the lock's file, with this process in it."""
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        try:
            before = _holder(opened, path)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(_refusal(what, _holder(opened, path))) from None
            except OSError as error:  # a file system without locks
                if before and _may_live(before):
                    note = f" ({error.strerror}: if that process has ended, delete {path})"
                    raise InputError(_refusal(what, before) + note) from error
            if _is_at(opened, path):  # else its last holder has just removed it
                os.ftruncate(opened, 0)
                os.pwrite(opened, _me(), 0)
                return opened
        except BaseException:
            os.close(opened)
            raise
        os.close(opened)


def _me() -> bytes:
    return json.dumps(
        {
            "held_by": "seqbench",
            "pid": os.getpid(),
            "process_began": psutil.Process().create_time(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "host": socket.gethostname(),
        }
    ).encode()


def _holder(opened: int, path: Path) -> dict[str, Any] | None:
    """Return what the file says; None where nothing yet, or not all."""
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        raise InputError(f"{path} is no regular file: seqbench keeps its lock there; move it away")
    text = os.pread(opened, 4096, 0)
    if not _OURS.startswith(text[: len(_OURS)]):
        raise InputError(f"{path} is not seqbench's, which keeps its lock there: move it away")
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return found


def _may_live(holder: dict[str, Any]) -> bool:
    """Whether a holder may still be there; on another host nobody here can tell."""
    if holder["host"] != socket.gethostname():
        return True
    try:
        began: float = psutil.Process(holder["pid"]).create_time()
    except psutil.Error:
        return False
    apart: float = abs(began - holder["process_began"])
    return apart < 1


def _is_at(opened: int, path: Path) -> bool:
    try:
        there = path.lstat()
    except OSError:
        return False
    return os.path.samestat(os.fstat(opened), there)


def _refusal(what: str, holder: dict[str, Any] | None) -> str:
    who = "another process"
    if holder is not None:
        who = f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    return f"{what} is in use by {who}: wait until it has ended, or choose another with --out"
