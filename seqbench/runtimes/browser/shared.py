"""One browser for all jobs of a run: started here, in a process that keeps it, and used there."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

from seqbench.core.files import remove_soon
from seqbench.runtimes.browser import keeper
from seqbench.runtimes.browser.browser import LONGEST, SHORT, VARIABLE
from seqbench.runtimes.browser.host import JobError
from seqbench.runtimes.browser.job_queue import pack, unpack

_ENDING_S = 10.0
_WAITING = 16  # jobs that have connected, of which one is served


class _Keeper(NamedTuple):
    process: "subprocess.Popen[bytes]"
    folder: Path
    program: str | None


class SharedBrowser:
    """A browser for jobs in other processes; started when first asked for.

    Any thread may use it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._keeper: _Keeper | None = None

    def start(self, flags: Sequence[str]) -> Path:
        """Return the socket under which jobs find it; the browser may start still.

        Args:
            flags: options of the browser that the first job will need.

        """
        with self._lock:
            found, program = self._keeper, os.environ.get(VARIABLE)
            if found is None or found.process.poll() is not None or found.program != program:
                self._close()
                found = self._keeper = _start(flags, program)
            return found.folder / "socket"

    def close(self) -> None:
        """End the browser, whoever uses it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._keeper is None:
            return
        process = self._keeper.process
        try:
            process.communicate(timeout=_ENDING_S)  # closes its standard input, at which it ends
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        remove_soon(self._keeper.folder)
        self._keeper = None


def _start(flags: Sequence[str], program: str | None) -> _Keeper:
    place = None if len(tempfile.gettempdir()) <= LONGEST else SHORT
    folder = Path(tempfile.mkdtemp(prefix="seqbench-", dir=place))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen(_WAITING)  # from now on jobs can connect
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", keeper.__name__, str(number), *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(folder)},
            pass_fds=[number],
            start_new_session=True,  # Ctrl-C is for the parent
        )
    return _Keeper(process, folder, program)


class SharedHost:
    """What `Host` is, by the browser of another process; a context manager.

    Args:
        address: the socket that `SharedBrowser.start` gave.
        flags: options for the browser beyond those that it always gets.

    """

    def __init__(self, address: Path, flags: Iterable[str] = ()) -> None:
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(str(address))
        self._connection = Connection(connected.detach())
        self._connection.send_bytes(pack({"flags": [*flags]}))

    def share(self, folder: Path, names: Iterable[str]) -> str:
        """As `Host.share`."""
        answer, _ = self._call("share", folder=str(folder.absolute()), names=[*names])
        prefix: str = answer["value"]
        return prefix

    def withdraw(self, prefix: str) -> None:
        """As `Host.withdraw`."""
        self._call("withdraw", prefix=prefix)

    def ask(
        self, job: dict[str, Any], blob: bytes = b"", extra_s: float = 0.0
    ) -> tuple[dict[str, Any], bytes]:
        """As `Host.ask`."""
        answer, data = self._call("ask", blob, job=job, extra_s=extra_s)
        return answer["value"], data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _call(self, call: str, blob: bytes = b"", **values: object) -> tuple[dict[str, Any], bytes]:
        try:
            self._connection.send_bytes(pack({"call": call, **values}, blob))
            answer, data = unpack(self._connection.recv_bytes())
        except (EOFError, ConnectionError) as error:
            msg = "the process that keeps the browser went away"
            raise RuntimeError(msg) from error
        if "error" not in answer:
            return answer, data
        kind = next(it for it in keeper.FAILURES if it.__name__ == answer["error"])
        if kind is JobError:
            raise JobError(answer["message"], answer["stage"])
        raise kind(answer["message"])
