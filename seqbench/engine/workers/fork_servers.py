"""The fork servers of a run, or of several: each is started when first needed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from seqbench.machine.devices import environment
from seqbench.machine.frameworks import Needs
from seqbench.runtimes.browser.shared import SharedBrowser

READ_AT_IMPORT = ("CUDA_", "JAX_", "KERAS_", "LD_", "OMP_", "PYTHON", "TF_", "XLA_")
"""How the names of variables begin that count while a framework is imported, and not after it."""

ENDING_S = 5.0
"""How long to wait until what was killed has ended."""

Key = tuple[Needs, str, frozenset[tuple[str, str]]]
"""What a server has imported, for which device, and under which of `READ_AT_IMPORT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkServer:
    """One such process.

    Attributes:
        process: the process.
        requests: the socket on which it takes the streams of a worker.
        log: where it says what goes wrong with its imports.

    """

    process: "subprocess.Popen[bytes]"
    requests: socket.socket
    log: Path


class ForkServers:
    """Servers by what they have imported; a context manager. Lanes use them at the same time.

    Attributes:
        browser: the browser that the jobs of all lanes share.

    """

    def __init__(self) -> None:
        self.browser = SharedBrowser()
        self._started: dict[Key, ForkServer] = {}
        self._lock = Lock()

    def __enter__(self) -> "ForkServers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, needs: Needs, device: str, log: Path) -> ForkServer:
        """Return the server for work that needs a framework on a device, started if need be.

        It may still import: whoever asks it for a worker waits.
        """
        variables = {**os.environ, **environment(device, needs)}
        read = {item for item in variables.items() if item[0].startswith(READ_AT_IMPORT)}
        key = (needs, device, frozenset(read))
        with self._lock:
            if key not in self._started or self._started[key].process.poll() is not None:
                self._started[key] = _start(needs, variables, log)
            return self._started[key]

    def close(self) -> None:
        """End every server and the browser; workers that were forked before are not touched."""
        self.browser.close()
        with self._lock:
            for server in self._started.values():
                server.requests.close()
                server.process.send_signal(signal.SIGKILL)
                server.process.wait(ENDING_S)
            self._started.clear()


def _start(needs: Needs, variables: dict[str, str], log: Path) -> ForkServer:
    ours, its = socket.socketpair()
    with its, log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "seqbench.engine.workers.fork_server", str(needs)],
            stdin=its.fileno(),
            stdout=output,
            stderr=output,
            env=variables,
            start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
        )
    return ForkServer(process=process, requests=ours, log=log)


_shared: list[ForkServers] = []


@contextmanager
def share() -> Iterator[None]:
    """Let every run within the block fork its workers from the same servers."""
    with ForkServers() as servers:
        _shared.append(servers)
        try:
            yield
        finally:
            _shared.pop()


def open_for_run() -> AbstractContextManager[ForkServers]:
    """Return servers that end with the run, or those that several runs share."""
    return nullcontext(_shared[-1]) if _shared else ForkServers()
