import os
import signal
from collections.abc import Iterator

import pytest

from seqbench import signals
from seqbench.signals import Interrupted


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Put every handler back, also after a signal."""
    before = {number: signal.getsignal(number) for number in signals.ENDING}
    for number in signals.ENDING:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", signals.ENDING)
def test_a_signal_is_raised_and_later_ones_are_not(number: signal.Signals) -> None:
    cleaned = False
    with pytest.raises(Interrupted) as caught, signals.raising():  # noqa: PT012 - the block's end counts
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            cleaned = True
    assert cleaned
    assert caught.value.number == number
    os.kill(os.getpid(), signal.SIGHUP)  # the process is about to exit: nothing is raised


def test_handlers_are_put_back() -> None:
    with signals.raising():
        assert signal.getsignal(signal.SIGTERM) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_so() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals.raising():
        os.kill(os.getpid(), signal.SIGHUP)  # as after nohup
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)
