"""The process that keeps one browser for all jobs of a run, which would each start their own.

It serves one job after another: requests and answers are frames, as those of the page. It ends
when its standard input does, with its browsers and all their files.
"""

import os
import select
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from seqbench.core.errors import Unavailable
from seqbench.core.files import remove_soon
from seqbench.runtimes.browser.host import Host, JobError
from seqbench.runtimes.browser.job_queue import pack, unpack

FAILURES: tuple[type[Exception], ...] = (
    JobError,
    Unavailable,
    ValueError,
    TimeoutError,
    OSError,
    RuntimeError,
)
"""What a host raises: who asked gets it as it is, the first that fits."""


class Keeper:
    """Hosts by the flags of their browser, for one job after another; a context manager."""

    def __init__(self) -> None:
        self._hosts: dict[tuple[str, ...], Host] = {}
        self._stack = ExitStack()

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def host(self, flags: tuple[str, ...]) -> Host:
        """Return the host whose browser has these flags, made when first asked for.

        Raises:
            Unavailable: no browser is here.

        """
        if flags not in self._hosts:
            self._hosts[flags] = self._stack.enter_context(Host(flags=flags))
        return self._hosts[flags]

    def serve(self, listening: socket.socket) -> None:
        """Serve for as long as the process lives."""
        while True:
            connected, _ = listening.accept()
            with Connection(connected.detach()) as user, suppress(EOFError, ConnectionError):
                _User(user, self).serve()


class _User:
    """One job that uses a host, until it ends."""

    def __init__(self, connection: Connection, keeper: Keeper) -> None:
        self._connection = connection
        self._keeper = keeper
        self._shared: set[str] = set()
        self._open: set[int] = set()

    def serve(self) -> None:
        """Do what it asks for, and leave nothing of it in the page.

        Raises:
            EOFError, ConnectionError: it has ended.

        """
        told, _ = unpack(self._connection.recv_bytes())
        flags = tuple(told["flags"])
        try:
            while True:
                request, blob = unpack(self._connection.recv_bytes())
                try:
                    answer, data = self._do(self._keeper.host(flags), request, blob)
                except FAILURES as error:
                    kind = next(it for it in FAILURES if isinstance(error, it))
                    stage = error.stage if isinstance(error, JobError) else ""
                    answer, data = {"error": kind.__name__, "message": str(error)}, b""
                    answer["stage"] = stage
                self._connection.send_bytes(pack(answer, data))
        finally:
            if self._shared or self._open:  # it was killed
                host = self._keeper.host(flags)
                host.stop()
                for prefix in self._shared:
                    host.withdraw(prefix)

    def _do(self, host: Host, request: dict[str, Any], blob: bytes) -> tuple[dict[str, Any], bytes]:
        match request["call"]:
            case "share":
                prefix = host.share(Path(request["folder"]), request["names"])
                self._shared.add(prefix)
                return {"value": prefix}, b""
            case "withdraw":
                host.withdraw(request["prefix"])
                self._shared.discard(request["prefix"])
                return {"value": None}, b""
        job = request["job"]
        if job["kind"] == "close":
            self._open.discard(job["session"])
        with self._noticing_its_end(host.give_up):
            answer, data = host.ask(job, blob, request["extra_s"])
        if job["kind"] == "open":
            self._open.add(job["session"])
        return {"value": answer}, data

    @contextmanager
    def _noticing_its_end(self, give_up: Callable[[], None]) -> Iterator[None]:
        """Give up where the user ends while the block runs, in which it sends nothing."""
        over, end = os.pipe()
        mine = self._connection.fileno()

        def watch() -> None:
            ready, _, _ = select.select([over, mine], [], [])
            if mine in ready:
                give_up()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            os.close(end)
            thread.join()
            os.close(over)


def main(listening: int, flags: tuple[str, ...]) -> None:
    """Start a browser, and keep it until standard input ends; the temporary folder is its own.

    Args:
        listening: the number of the socket to which jobs connect.
        flags: options of the browser that the first of them will need.

    """
    with Keeper() as keeper:
        # In a thread: it waits for input that never comes, and the browser needs this one to last.
        serving = threading.Thread(target=_serve, args=(keeper, listening, flags), daemon=True)
        serving.start()
        sys.stdin.buffer.read()
    remove_soon(Path(tempfile.gettempdir()))


def _serve(keeper: Keeper, listening: int, flags: tuple[str, ...]) -> None:
    with suppress(*FAILURES):  # the first job starts it again, and hears why it cannot
        keeper.host(flags).start()
    keeper.serve(socket.socket(fileno=listening))


if __name__ == "__main__":
    main(int(sys.argv[1]), tuple(sys.argv[2:]))
    os._exit(0)  # a job may be served still
