"""Signals that ask a command to end become exceptions, so that everything is cleaned up."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a polite `kill`, and a terminal that was closed."""


class Interrupted(KeyboardInterrupt):
    """A signal asked the process to end; what cleans up after Ctrl-C cleans up after this.

    Args:
        number: the signal's number.

    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def raising() -> Iterator[None]:
    """While the block runs, let the signals of `ENDING` raise `Interrupted` in the main thread.

    A signal that is ignored stays so: `nohup` ignores SIGHUP, and a shell without job control
    ignores SIGINT for what it starts in the background. Once a signal has raised, further ones do
    nothing, also after the block: they would break off what cleans up. In another thread than the
    main one this does nothing, as Python sets no handlers there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    found = {number: signal.getsignal(number) for number in ENDING}
    before = {
        number: handler
        for number, handler in found.items()
        if handler is not None and handler != signal.SIG_IGN  # None: it was not set by Python
    }
    for number in before:
        signal.signal(number, _interrupt)
    after = before
    try:
        yield
    except Interrupted:
        after = dict.fromkeys(before, signal.SIG_IGN)  # the process is about to exit
        raise
    finally:
        for number, handler in after.items():
            signal.signal(number, handler)


def _interrupt(number: int, _: FrameType | None) -> None:
    """Raise `Interrupted`, unless one is on its way out already."""
    error = sys.exception()
    while error is not None:
        if isinstance(error, Interrupted):
            return
        error = error.__context__
    raise Interrupted(number)
