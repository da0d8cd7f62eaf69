"""What a runtime is."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from seqbench.machine.frameworks import Needs
from seqbench.runtimes.session import Session

Load = Callable[[Path, str, int], Session]
"""Loads an artifact on a device with a number of threads.

Raises `LoadError` where the runtime does not take the file, `Unavailable` where something that
it needs is not here.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What loads an artifact and runs it.

    Attributes:
        name: how it is called.
        target: the format that it reads; None for Keras, which runs the model itself.
        summary: one line for people.
        packages: distributions whose versions go into its records.
        needs: the framework that its process has; None where it must have none.
        devices: devices that it can use.
        start: gives the function that loads artifacts; what it started ends with the context.
        imports: the module whose import is the runtime's; None where it is a program of its own.
        backend: the back end of Keras, as `--backend` names it; None for what is not Keras.
        default: whether it is used where no runtime is asked for.
        apart: whether models run in a program of its own, such as a browser, whose one start
            serves many models and whose memory is not this process's.

    """

    name: str
    target: str | None
    summary: str
    packages: tuple[str, ...]
    needs: Needs
    devices: tuple[str, ...]
    start: Callable[[], AbstractContextManager[Load]]
    imports: str | None
    backend: str | None = None
    default: bool = True
    apart: bool = False


class LoadError(Exception):
    """The runtime does not take the artifact; the message is the runtime's own."""


def in_process(load: Load) -> Callable[[], AbstractContextManager[Load]]:
    """Return a `start` for a runtime that has nothing to start."""
    return lambda: nullcontext(load)
