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
from collections.abc import Iterator
from contextlib import contextmanager

from seqbench.engine.workers import worker
from seqbench.machine import host
from seqbench.machine.clock import clock
from seqbench.machine.frameworks import FRAMEWORKS

STREAMS = 3
"""Standard input, output and error of a worker, sent to the server for each."""


def serve(needs: str) -> None:
    """Fork a worker for each set of streams that comes, until no more can come."""
    start = clock()
    if needs in FRAMEWORKS:
        with _ending_with_stdin():
            _import(needs)
    import_s = clock() - start
    host.host_facts()  # found once, and known to every job
    gc.collect()
    gc.freeze()  # or each collection in a worker looks at all that was imported, and copies it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries them, and nobody waits
    with socket.socket(fileno=os.dup(0)) as requests:
        while True:
            _, streams, _, _ = socket.recv_fds(requests, 1, STREAMS)
            if not streams:
                return
            if os.fork() == 0:
                requests.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become_worker(streams, import_s)
            for stream in streams:
                os.close(stream)


def _import(framework: str) -> None:
    """Import Keras on a framework.

    TensorFlow's converter takes JAX along where it is installed, for JAX's own models: half a
    second and 100 MB, of no use here.
    """
    unwanted = [] if framework == "jax" else ["jax"]
    sys.modules.update(dict.fromkeys(unwanted))  # type: ignore[arg-type] # None: not to be had
    importlib.import_module("keras")
    for name in unwanted:
        del sys.modules[name]


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
