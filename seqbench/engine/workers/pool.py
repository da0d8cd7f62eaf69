"""The parent of workers: start one, give it jobs, and turn any ending into a plain outcome."""

import itertools
import json
import os
import select
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic

from seqbench.core import codec
from seqbench.core.errors import StorageError
from seqbench.core.files import remove_soon
from seqbench.core.units import size
from seqbench.engine import jobs
from seqbench.engine.jobs.inspect import Probe
from seqbench.engine.workers import fork_servers
from seqbench.engine.workers.fork_server import MESSAGE
from seqbench.engine.workers.fork_servers import ForkServers
from seqbench.engine.workers.handle import Key, WaitingWorkers, Worker
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
        waiting: the workers that all lanes share, each with a model; None where none waits.
        silence_s: longest time without any message, for every job; None for each job's own.
        imports: modules that jobs with a framework import as well, by the framework: their server
            does so first, once for all of them.

    """

    def __init__(
        self,
        folder: Path,
        listen: Callable[[Message], None],
        servers: ForkServers | None = None,
        waiting: WaitingWorkers | None = None,
        silence_s: float | None = None,
        imports: Mapping[Needs, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._silence_s = silence_s
        self._folder = folder
        self._listen = listen
        self._ending = ExitStack()
        self._servers = servers or self._ending.enter_context(fork_servers.open_for_run())
        self._waiting, self._imports = waiting, imports
        self._started: dict[Key, Worker] = {}
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
            worker.end()
        self._ending.close()
        remove_soon(self._temporary)

    def renew(self) -> None:
        """End the workers and what they were forked from: the jobs from now on are forks of others.

        Forks of one process share its layout in memory, on which timings depend by a little
        (T. Mytkowicz et al., Producing wrong data without doing anything obviously wrong, 2009).
        """
        for worker in self._started.values():
            worker.end()
        self._started.clear()
        self._servers.close()

    def start(self, needs: Needs, device: str = "cpu") -> None:
        """Let a server import what the jobs will need, if it is here; this waits for nothing."""
        if needs is None or missing_framework_reason(needs) is None:
            self._servers.start(needs, device, self._server_log(needs, device))

    def browser(self, flags: Sequence[str]) -> Path:
        """Return where jobs find the browser that all lanes share; this waits for nothing."""
        return self._servers.browser.start(flags)

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
        seen, progress = _Seen(), Progress.start(job, clock())
        silence_s = job.silence_s if self._silence_s is None else self._silence_s
        if self._waiting is None:
            job = replace(job, process=None)
        worker = self._worker(job)
        try:
            worker.jobs.write((jobs.write(job, self._folder, log) + "\n").encode())
            worker.jobs.flush()
            for message in self._messages(worker, silence_s):
                self._hear(message, seen, progress)
            self._let_wait(job)
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

    def _hear(self, message: Message | None, seen: _Seen, progress: Progress) -> None:
        """Take note of a message, or of none, and hand on what people are to hear."""
        word = progress.word(clock())
        if word is not None:
            self._listen(word)
        if message is None:
            return
        progress.hear(message, clock())
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

    def end_process(self, name: str) -> None:
        """End the process that waits for jobs with its name, if there is one."""
        if self._waiting is not None:
            self._waiting.end(name)

    def _worker(self, job: Job[Any]) -> Worker:
        if self._closed:
            msg = "the run was ended"
            raise RuntimeError(msg)
        key = _key(job)
        if key not in self._started:
            waiting = self._waiting.take(key) if self._waiting and job.process else None
            self._started[key] = waiting or self._fork(job)
        return self._started[key]

    def _let_wait(self, job: Job[Any]) -> None:
        """Hand a worker that is there for one process's jobs to whichever lane has the next."""
        if self._waiting and job.process:
            worker = self._started.pop(_key(job))
            if worker.child is None:
                worker.end()
            else:
                self._waiting.put(_key(job), worker)

    def _fork(self, job: Job[Any]) -> Worker:
        """Have a worker forked, and tell it where it is; this waits for nothing."""
        needs, device = job.needs, job.device
        names = " ".join(self._imports.get(needs, ()))
        server = self._servers.start(needs, device, self._server_log(needs, device))
        log = self._folder / LOGS / f"{os.getpid()}-worker{self._number}-{needs}-{device}.log"
        (its_jobs, jobs), (messages, its_messages) = os.pipe(), os.pipe()
        with log.open("ab") as output:
            streams = (its_jobs, its_messages, output.fileno())
            with suppress(BrokenPipeError):  # it has ended: who reads the pipes will say so
                socket.send_fds(server.requests, [names.ljust(MESSAGE).encode()], streams)
            os.close(its_jobs)
            os.close(its_messages)
        variables = {**os.environ, **environment(device, needs), "TMPDIR": str(self._temporary)}
        file = os.fdopen(jobs, "wb")
        file.write(place(variables).encode())  # with the first job: it is flushed then
        logs = (log, server.log)
        return Worker(process=None, child=None, jobs=file, messages=messages, logs=logs)

    def _messages(self, worker: Worker, silence_s: float) -> Iterator[Message | None]:
        """Yield each message of a job, and None now and then where none comes."""
        begun = False
        for message in _received(worker.messages, silence_s):
            if message is None:
                yield None
                continue
            match message.event:
                case "worker":
                    worker.process = message.value
                case "pid":
                    worker.child, begun = message.value, True
                case "end":
                    worker.child = None
                    if not begun:  # of a process that died while it waited: there is a new one
                        continue
            yield message
            if message.event in ("waits", "end"):
                return

    def _stop(self, job: Job[Any]) -> None:
        """End a job's worker, so that the next job starts a new one."""
        self._started[_key(job)].end()  # first: Ctrl-C may come in between
        del self._started[_key(job)]

    def _server_log(self, needs: Needs, device: str) -> Path:
        return self._folder / LOGS / f"{os.getpid()}-server-{needs}-{device}.log"


def temporary(folder: Path) -> Path:
    """Return where the workers of a run put temporary files; what is there is of no use later."""
    return folder / "tmp"


def _received(pipe: int, silence_s: float) -> Iterator[Message | None]:
    """Yield what comes through a pipe, and None now and then where nothing does.

    Raises:
        TimeoutError: nothing came for so long.
        EOFError: nothing can come any more.

    """
    pending, heard = b"", clock()
    while True:
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            yield Message(**json.loads(line))
        left_s = silence_s - (clock() - heard)
        ready, _, _ = select.select([pipe], [], [], max(min(left_s, EVERY_S), 0))
        if not ready and left_s <= EVERY_S:
            raise TimeoutError
        if not ready:
            yield None
            continue
        heard = clock()
        chunk = os.read(pipe, 65536)
        if not chunk:
            raise EOFError
        pending += chunk


def _key(job: Job[Any]) -> Key:
    return job.needs, job.device, job.process


def _last_lines(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    kept = [line for line in lines if line.strip()][-LAST_LINES:]
    return "".join(f"\n  {line[:300]}" for line in kept)
