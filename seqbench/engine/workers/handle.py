"""A worker as its parent has it, and those of a run that wait with a model in memory."""

import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from seqbench.engine.workers.fork_servers import ENDING_S
from seqbench.machine.clock import clock
from seqbench.machine.frameworks import Needs

MOST = 8
"""How many workers of a run wait: each holds up to 0.2 GB."""

Key = tuple[Needs, str, str | None]
"""What a worker has imported, for which device, and the name of the process that does its jobs."""


@dataclass(slots=True)
class Worker:
    """A worker, and the ends of the pipes to it.

    Attributes:
        process: its number; None until it says so.
        child: the number of the process that does its jobs; None where none is known to live.
        jobs: its standard input.
        messages: its standard output.
        logs: where it says what went wrong, and where its server does.

    """

    process: int | None
    child: int | None
    jobs: BinaryIO
    messages: int
    logs: tuple[Path, Path]

    def end(self) -> None:
        """Kill it and its job; one whose number is not known yet ends with its input."""
        for group in (self.child, self.process):
            try:
                if group is not None:
                    os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.child = None
        with suppress(BrokenPipeError):
            self.jobs.close()
        end = clock() + ENDING_S  # what a model's code let go into a session holds the pipe as well
        while (left_s := end - clock()) > 0:
            ready, _, _ = select.select([self.messages], [], [], left_s)
            if not ready or not os.read(self.messages, 65536):
                break
        os.close(self.messages)


class WaitingWorkers:
    """Workers whose process waits for its next job, whichever lane gives it; a context manager."""

    def __init__(self) -> None:
        self._waiting: dict[Key, Worker] = {}
        self._lock = Lock()
        self._closed = False

    def __enter__(self) -> "WaitingWorkers":
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
        for key in list(self._waiting):
            self._end(key)

    def put(self, key: Key, worker: Worker) -> None:
        """Let a worker wait, or end it where enough of them do."""
        with self._lock:
            if not self._closed and len(self._waiting) < MOST:
                self._waiting[key] = worker
                return
        worker.end()

    def take(self, key: Key) -> Worker | None:
        """Return the worker that waits for jobs of such a process, no more waiting then."""
        with self._lock:
            return self._waiting.pop(key, None)

    def end(self, process: str) -> None:
        """End what waits for jobs of a process: there are none."""
        for key in list(self._waiting):
            if key[2] == process:
                self._end(key)

    def _end(self, key: Key) -> None:
        worker = self.take(key)
        if worker is not None:
            worker.end()
