"""The process from which workers are forked: it has imported what they need, once for all of them.

It never runs an operation, since forking after one hangs in TensorFlow and in JAX. It ends when
its standard input does, which is a socket to the process that started it.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from seqbench.engine.workers import worker
from seqbench.machine.clock import clock
from seqbench.machine.frameworks import FRAMEWORKS

STREAMS = 3
"""Standard input, output and error of a worker, sent to the server for each."""

MESSAGE = 256
"""Bytes sent with them: names of modules to import before the worker is forked, between blanks."""


def serve(needs: str) -> None:
    """Fork a worker for each set of streams that comes, until no more can come."""
    start = clock()
    if needs in FRAMEWORKS:
        with _ending_with_stdin():
            _import(needs)
    import_s = clock() - start
    _freeze_imported()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them, and nobody waits
    with socket.socket(fileno=os.dup(0)) as requests:
        while True:
            names, streams, _, _ = socket.recv_fds(requests, MESSAGE, STREAMS)
            if not streams:
                return
            _import_others(names.decode().split())
            if os.fork() == 0:
                requests.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become_worker(streams, import_s)
            for stream in streams:
                os.close(stream)


def _import(framework: str) -> None:
    """Import Keras on a framework.

    TensorFlow's converter takes JAX along where it is installed, for JAX's own models, Keras's
    wrappers scikit-learn and TensorFlow's former Keras SciPy: 1.3 s and 200 MB, of no use here.
    Whoever imports them later does so as ever.
    """
    unwanted = ["sklearn"] if framework == "jax" else ["jax", "sklearn", "scipy"]
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type] # None: not to be had
    importlib.import_module("keras")
    for name in unwanted:
        del sys.modules[name]


def _import_others(names: Sequence[str]) -> None:
    """Import what the next workers need as well, once; a job that needs what is missing says so."""
    left = [name for name in names if name not in sys.modules]
    if left:
        with _ending_with_stdin():
            for name in left:
                with suppress(Exception):
                    importlib.import_module(name)
        _freeze_imported()


def _freeze_imported() -> None:
    """Keep collections in workers from looking at all that was imported, and from copying it."""
    gc.collect()
    gc.freeze()


def _become_worker(streams: list[int], import_s: float) -> None:
    """Take up a worker's streams and work to its end; in the forked process."""
    os.setsid()  # a group of its own, which the parent can kill
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    worker.serve(import_s)
    os._exit(0)  # taking TensorFlow down takes seconds, and the parent is gone


@contextmanager
def _ending_with_stdin() -> Iterator[None]:
    """End at once where the parent goes away while the block runs, which reads no input."""
    over, end = os.pipe()

    def watch() -> None:
        waiting = select.poll()
        waiting.register(0, 0)  # its end is always told, and requests that wait there are not
        waiting.register(over, select.POLLIN)
        if any(file == 0 for file, _ in waiting.poll()):
            os._exit(1)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        os.write(end, b".")
        thread.join()  # a process with threads must not fork
        os.close(over)
        os.close(end)


if __name__ == "__main__":
    serve(sys.argv[1])
    os._exit(0)
