"""The child: jobs in on standard input, messages out on standard output.

A worker is a fork of a server that has imported what its jobs need, and forks a fresh process for
each job: all the isolation of a new interpreter without paying for the import again. The jobs of
one model are done by one process, as long as it lives and the model is small.
"""

import json
import os
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seqbench.core import storage
from seqbench.core.errors import InputError, StorageError, one_line
from seqbench.engine import jobs
from seqbench.engine.jobs import held_model
from seqbench.engine.jobs.context import Context
from seqbench.engine.workers.messages import Event, Job, Message
from seqbench.machine import host, tether


def serve(import_s: float) -> None:
    """Read jobs until standard input ends; run each in a forked process, one at a time.

    The first line is no job, but the place of the worker as `place` writes it.
    """
    messages = os.dup(1)
    os.dup2(2, 1)  # whatever a framework prints goes to the log, not between the messages
    _send(messages, "worker", os.getpid())
    stdin = os.dup(0)
    lines = _lines(stdin)
    first = next(lines, None)
    if first is not None:
        _take_place(first)
    for line in lines:
        _send(messages, "end", _run_forked(line, lines, stdin, messages, import_s))


def _lines(stream: int) -> Iterator[str]:
    """Yield each line that comes, until no more can come."""
    pending = b""
    while True:
        while b"\n" not in pending:
            chunk = os.read(stream, 65536)
            if not chunk:
                return
            pending += chunk
        line, pending = pending.split(b"\n", 1)
        yield line.decode()


def place(variables: Mapping[str, str]) -> str:
    """Return what a worker has to take over from its parent, as one line of JSON."""
    found = {"variables": dict(variables), "folder": str(Path.cwd()), "host": host.host_facts()}
    return json.dumps(found) + "\n"


def _take_place(line: str) -> None:
    """Work from now on as a child of the parent would: with its environment, in its folder.

    What the parent knows of the machine is known to every job.
    """
    found = json.loads(line)
    os.environ.clear()
    os.environ.update(found["variables"])
    host.take_host_facts(found["host"])
    tempfile.tempdir = None  # it may have been found while a framework was imported
    os.chdir(found["folder"])
    sys.path[0] = found["folder"]


def _run_forked(line: str, lines: Iterator[str], stdin: int, messages: int, import_s: float) -> int:
    """Run one job in a process of its own; kill it where the parent goes away."""
    alive, ours = os.pipe()
    worker = os.getpid()
    pid = os.fork()
    if pid == 0:
        tether.end_with_parent(worker)
        os.close(alive)
        os.setsid()  # a group of its own, so that all it starts can be killed with it
        os._exit(_run_each(line, lines, messages, import_s))
    os.close(ours)
    _send(messages, "pid", pid)
    # The pipe ends with the child; standard input ends with the parent. What else comes on that is
    # for the child: its next job.
    waiting = select.poll()
    waiting.register(alive, 0)
    waiting.register(stdin, 0)
    try:
        if alive not in dict(waiting.poll()):
            os.killpg(pid, signal.SIGKILL)
            os._exit(1)
    finally:
        os.close(alive)
    _, status, used = os.wait4(pid, 0)
    _send(messages, "memory", used.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    _kill_rest(pid)
    return os.waitstatus_to_exitcode(status)


def _kill_rest(group: int) -> None:
    """Kill what a job may have left behind in its group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _run_each(line: str, lines: Iterator[str], messages: int, import_s: float) -> int:
    """Do a job, and as long as this process is worth its memory those that follow."""
    while True:
        order, job = jobs.read(line)
        try:
            status = _run_logged(job, order, messages, import_s)
        except StorageError as error:
            _send(messages, "stop", str(error))
            return 0
        if status or job.process is None or not held_model.is_worth_holding():
            return status
        _send(messages, "waits", None)
        following = next(lines, None)
        if following is None:
            return 0
        line = following
        _send(messages, "pid", os.getpid())


def _run_logged(job: Job[Any], order: jobs.Order, messages: int, import_s: float) -> int:
    """Do one job, with what it prints in its log.

    Raises:
        StorageError: the run's folder takes no more.

    """
    try:
        log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        storage.check_there(order.log.parent)
        storage.check_room(error, order.folder)
        raise
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False, errors="replace")
    context = Context(
        folder=order.folder,
        send=lambda event, value: _send(messages, event, value),
        import_s=import_s,
    )
    try:
        jobs.run(job, context)
    except StorageError:
        raise
    except InputError as error:
        _send(messages, "bad", str(error))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        storage.check_there(order.log.parent)
        storage.check_room(error, order.folder)
        traceback.print_exc()
        _send(messages, "crash", one_line(error))
        return 1
    return 0


def _send(fd: int, event: Event, value: object) -> None:
    """Write one message at once: a pipe does not mix writes of up to 4096 bytes."""
    text = Message(event=event, value=value).to_line().encode()
    if len(text) > select.PIPE_BUF and event in {"say", "bad", "stop", "crash"}:
        text = Message(event=event, value=str(value)[:500]).to_line().encode()
    os.write(fd, text)
