"""What a runtime is."""

import importlib.util
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from seqbench.machine import frameworks
from seqbench.machine.frameworks import Needs
from seqbench.runtimes.session import Session

Load = Callable[[Path, str, int], Session]
"""Loads an artifact on a device with a number of threads.

Raises `LoadError` where the runtime does not take the file, `Unavailable` where something that
it needs is not here.
"""


class Start(Protocol):
    """Gives the function that loads artifacts; what it started ends with the context."""

    def __call__(self, shared: Path | None = None) -> AbstractContextManager[Load]:
        """Start; `shared` is the socket of a program of several jobs, None for one of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """What loads an artifact and runs it.

    Attributes:
        name: how it is called.
        target: the format that it reads; None for Keras, which runs the model itself.
        summary: one line for people.
        packages: distributions whose versions go into its records; the first is the one that
            `imports` is of.
        needs: the framework that its process has; None where it must have none.
        devices: devices that it can use.
        start: gives the function that loads artifacts; what it started ends with the context.
        imports: the module whose import is the runtime's; None where it is a program of its own.
        backend: the back end of Keras, as `--backend` names it; None for what is not Keras.
        default: whether it is used where no runtime is asked for.
        own_process: whether models run in a program of its own, such as a browser, whose one start
            serves many models and whose memory is not this process's.
        missing_program: returns why the program that runs models is not here, and how to get it;
            None where it is here, or there is none.

    """

    name: str
    target: str | None
    summary: str
    packages: tuple[str, ...]
    needs: Needs
    devices: tuple[str, ...]
    start: Start
    imports: str | None
    backend: str | None = None
    default: bool = True
    own_process: bool = False
    missing_program: Callable[[], str | None] = lambda: None

    def missing(self) -> str | None:
        """Return why it cannot be used here, and how to get what it lacks; None where it can.

        It imports nothing: what is installed and does not work shows when it loads an artifact.
        """
        if self.needs is not None and (reason := frameworks.missing_framework_reason(self.needs)):
            return reason
        if self.imports is not None:
            package, module = self.packages[0], self.imports.partition(".")[0]
            if importlib.util.find_spec(module) is None:
                return f"the package {package} is not installed: run `pip install {package}`"
        return self.missing_program()


def in_process(load: Load) -> Start:
    """Return a `start` for a runtime that has nothing to start."""
    return lambda shared=None: nullcontext(load)  # noqa: ARG005 - there is nothing to share
