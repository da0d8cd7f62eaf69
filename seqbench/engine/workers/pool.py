"""The parent of workers: start one, give it jobs, and turn any ending into a plain outcome."""

import itertools
import json
import os
import select
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic

from seqbench.core import codec
from seqbench.core.errors import StorageError
from seqbench.core.files import remove_soon
from seqbench.core.units import size
from seqbench.engine import jobs
from seqbench.engine.jobs.inspect import Probe
from seqbench.engine.workers import fork_servers
from seqbench.engine.workers.fork_servers import ENDING_S, ForkServers
from seqbench.engine.workers.messages import LOGS, Job, Message, Result
from seqbench.engine.workers.progress import EVERY_S, Progress
from seqbench.engine.workers.worker import place
from seqbench.machine import memory
from seqbench.machine.clock import clock
from seqbench.machine.devices import environment, missing_reason
from seqbench.machine.frameworks import Needs, missing_framework_reason
from seqbench.machine.tpu_chips import CHIPS
from seqbench.runtimes.browser.browser import LONGEST

LAST_LINES = 6
"""Lines of a crashed job's log that go into its record."""

_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Outcome(Generic[Result]):
    """How a job ended.

    Attributes:
        done: keys of the cells whose records are on disk.
        running: key of the cell that was being worked on at the end, None where none was.
        results: what the job sent, in order.
        bad_input: what is wrong with the user's input, None where nothing is.
        problem: why the job did not end well, with the last lines of its output; None if it did.

    """

    done: list[str] = field(default_factory=list)
    running: str | None = None
    results: list[Result] = field(default_factory=list)
    bad_input: str | None = None
    problem: str | None = None

    def refusal(self, models: Sequence[str]) -> str | None:
        """Return what is wrong after a look at models, each of which sends a result; None if none.

        A process that went away did so at the first of them without a result.
        """
        if self.bad_input or self.problem is None:
            return self.bad_input
        name = models[min(len(self.results), len(models) - 1)]
        return f"{name} cannot be loaded: {self.problem}"


@dataclass(slots=True)
class _Worker:
    """A worker, and the ends of the pipes to it.

    Attributes:
        process: its number; None until it says so.
        jobs: its standard input.
        messages: its standard output.
        logs: where it says what went wrong, and where its server does.

    """

    process: int | None
    jobs: BinaryIO
    messages: int
    logs: tuple[Path, Path]


@dataclass(slots=True, kw_only=True)
class _Seen(Outcome[Any]):
    """What a job's messages have told so far, the results as JSON values."""

    stopped: str | None = None
    memory_bytes: int = 0
    silent: bool = False  # it ended without a word: the last lines of its output must tell why

    def take(self, message: Message) -> None:
        value = message.value
        match message.event:
            case "begin":
                self.running = value
            case "record":
                self.done.append(value)
                self.running = None
            case "result":
                self.results.append(value)
            case "bad":
                self.bad_input = value
            case "stop":
                self.stopped = value
            case "crash":
                self.problem = value
            case "memory":
                self.memory_bytes = value
            case "end" if value != 0 and self.problem is None:
                killed = value < 0
                self.problem = self._killed_by(-value) if killed else f"exited with status {value}"
                self.silent = True

    def _killed_by(self, number: int) -> str:
        """Say by which signal it ended, and with how much memory."""
        hint = " (often the system being out of memory)" if number == signal.SIGKILL else ""
        had = f"it had {size(self.memory_bytes)} of {size(memory.total_bytes())}"
        return f"killed by {signal.Signals(number).name}{hint}; {had} of memory"


class Workers:
    """The worker processes of one lane of a run, forked when first needed; a context manager.

    Args:
        folder: folder of the run; logs go to its `logs`.
        listen: is given every message of a job as it comes.
        servers: what they are forked from; None for servers that end with these workers.
        silence_s: longest time without any message, for every job; None for each job's own.

    """

    def __init__(
        self,
        folder: Path,
        listen: Callable[[Message], None],
        servers: ForkServers | None = None,
        silence_s: float | None = None,
    ) -> None:
        self._silence_s = silence_s
        self._folder = folder
        self._listen = listen
        self._ending = ExitStack()
        self._servers = servers or self._ending.enter_context(fork_servers.open_for_run())
        self._started: dict[tuple[Needs, str], _Worker] = {}
        self._child: int | None = None
        self._closed = False
        self._number = next(_numbers)
        (folder / LOGS).mkdir(parents=True, exist_ok=True)
        self._temporary = temporary(folder).resolve() / f"{os.getpid()}-{self._number}"
        if len(str(self._temporary)) > LONGEST:  # a browser's socket would not fit there
            self._temporary = Path(tempfile.mkdtemp(prefix="seqbench-"))
        self._temporary.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything; a job that another thread waits for ends as well."""
        if self._closed:
            return
        self._closed = True
        for worker in list(self._started.values()):
            self._end(worker)
        self._ending.close()
        remove_soon(self._temporary)

    def renew(self) -> None:
        """End the workers and what they were forked from: the jobs from now on are forks of others.

        Forks of one process share its layout in memory, on which timings depend by a little
        (T. Mytkowicz et al., Producing wrong data without doing anything obviously wrong, 2009).
        """
        for worker in self._started.values():
            self._end(worker)
        self._started.clear()
        self._servers.close()

    def start(self, needs: Needs, device: str = "cpu") -> None:
        """Let a server import what the jobs will need, if it is here; this waits for nothing."""
        if needs is None or missing_framework_reason(needs) is None:
            self._servers.start(needs, device, self._server_log(needs, device))

    def run(self, job: Job[Result]) -> Outcome[Result]:
        """Run one job to its end, whatever the end is; one whose framework is missing never starts.

        Raises:
            RuntimeError: the context has ended, in another thread.
            StorageError: the folder takes no more; what was finished before is on disk.

        """
        lacking = missing_framework_reason(job.needs) if job.needs else None
        if lacking is not None:
            return Outcome(problem=lacking)
        log = self._folder / LOGS / f"{os.getpid()}-{next(_numbers):05d}-{type(job).__name__}.log"
        self._child = None
        seen, progress = _Seen(), Progress.start(job, clock())
        silence_s = job.silence_s if self._silence_s is None else self._silence_s
        worker = self._worker(job.needs, job.device)
        try:
            worker.jobs.write((jobs.write(job, self._folder, log) + "\n").encode())
            worker.jobs.flush()
            for message in self._messages(worker, silence_s):
                self._hear(message, worker, seen, progress)
        except TimeoutError:
            self._stop(job)
            seen.problem = f"timed out: no word for {silence_s:g} s, the last: {progress.place}"
            seen.silent = True
        except (BrokenPipeError, EOFError):
            if self._closed:
                msg = "the run was ended"
                raise RuntimeError(msg) from None
            self._stop(job)
            last = next(filter(None, map(_last_lines, worker.logs)), "")
            seen.problem = "the worker process went away" + last
        if seen.stopped is not None:
            raise StorageError(seen.stopped)
        if seen.problem is not None and seen.silent:
            seen.problem += _last_lines(log)
        seen.results = [codec.from_json(job.results_as, found) for found in seen.results]
        return seen

    def _hear(
        self, message: Message | None, worker: _Worker, seen: _Seen, progress: Progress
    ) -> None:
        """Take note of a message, or of none, and hand on what people are to hear."""
        word = progress.word(clock())
        if word is not None:
            self._listen(word)
        if message is None:
            return
        progress.hear(message, clock())
        match message.event:
            case "worker":
                worker.process = message.value
            case "pid":
                self._child = message.value
        seen.take(message)
        self._listen(message)

    def missing(self, device: str, needs: Needs) -> str | None:
        """Return why work cannot be done on a device, with a framework; None if it can.

        What cannot be told from outside is asked in a process of its own, except without a
        framework: then the runtime will say.
        """
        reason = (missing_framework_reason(needs) if needs else None) or missing_reason(device)
        if reason is None and needs and device not in ("cpu", *CHIPS):
            outcome = self.run(Probe(needs=needs, device=device))
            reason = outcome.problem or outcome.results[0]
        return reason

    def _worker(self, needs: Needs, device: str) -> _Worker:
        if self._closed:
            msg = "the run was ended"
            raise RuntimeError(msg)
        key = (needs, device)
        if key not in self._started:
            self._started[key] = self._fork(needs, device)
        return self._started[key]

    def _fork(self, needs: Needs, device: str) -> _Worker:
        """Have a worker forked, and tell it where it is; this waits for nothing."""
        server = self._servers.start(needs, device, self._server_log(needs, device))
        log = self._folder / LOGS / f"{os.getpid()}-worker{self._number}-{needs}-{device}.log"
        (its_jobs, jobs), (messages, its_messages) = os.pipe(), os.pipe()
        with log.open("ab") as output:
            streams = (its_jobs, its_messages, output.fileno())
            with suppress(BrokenPipeError):  # it has ended: who reads the pipes will say so
                socket.send_fds(server.requests, [b"."], streams)
            os.close(its_jobs)
            os.close(its_messages)
        variables = {**os.environ, **environment(device, needs), "TMPDIR": str(self._temporary)}
        file = os.fdopen(jobs, "wb")
        file.write(place(variables).encode())  # with the first job: it is flushed then
        return _Worker(process=None, jobs=file, messages=messages, logs=(log, server.log))

    def _messages(self, worker: _Worker, silence_s: float) -> Iterator[Message | None]:
        """Yield each message, and None now and then where none comes."""
        pending, heard = b"", clock()
        while True:
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                message = Message(**json.loads(line))
                yield message
                if message.event == "end":
                    return
            left_s = silence_s - (clock() - heard)
            ready, _, _ = select.select([worker.messages], [], [], max(min(left_s, EVERY_S), 0))
            if not ready and left_s <= EVERY_S:
                raise TimeoutError
            if not ready:
                yield None
                continue
            heard = clock()
            chunk = os.read(worker.messages, 65536)
            if not chunk:
                raise EOFError
            pending += chunk

    def _stop(self, job: Job[Any]) -> None:
        """End a job's worker, so that the next job starts a new one."""
        self._end(self._started[job.needs, job.device])  # first: Ctrl-C may come in between
        del self._started[job.needs, job.device]

    def _end(self, worker: _Worker) -> None:
        """Kill a worker and its job; one whose number is not known yet ends with its input."""
        for group in (self._child, worker.process):
            try:
                if group is not None:
                    os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._child = None
        with suppress(BrokenPipeError):
            worker.jobs.close()
        end = clock() + ENDING_S  # what a model's code let go into a session holds the pipe as well
        while (left_s := end - clock()) > 0:
            ready, _, _ = select.select([worker.messages], [], [], left_s)
            if not ready or not os.read(worker.messages, 65536):
                break
        os.close(worker.messages)

    def _server_log(self, needs: Needs, device: str) -> Path:
        return self._folder / LOGS / f"{os.getpid()}-server-{needs}-{device}.log"


def temporary(folder: Path) -> Path:
    """Return where the workers of a run put temporary files; what is there is of no use later."""
    return folder / "tmp"


def _last_lines(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    kept = [line for line in lines if line.strip()][-LAST_LINES:]
    return "".join(f"\n  {line[:300]}" for line in kept)
