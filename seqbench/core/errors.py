"""The ways in which seqbench itself says no, and any exception in one line."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from seqbench.core.record import Record


class SeqbenchError(Exception):
    """Whatever seqbench itself says no with; the message is for people.

    Attributes:
        exit_code: the exit status of a command that ends so.
        status: the status of a cell whose work ends so, a value of `seqbench.core.record.Status`.

    """

    exit_code: ClassVar[int] = 1
    status: ClassVar[str] = "error"


class InputError(SeqbenchError):
    """What the user gave cannot be used: the CLI prints the one-line message and exits with 2."""

    exit_code = 2


class PartialInputError(InputError):
    """Some of the models cannot be used, and everything was done with the others.

    Attributes:
        records: the records of all cells that were planned.

    """

    def __init__(self, message: str, records: "Sequence[Record]") -> None:
        super().__init__(message)
        self.records = tuple(records)


class StorageError(InputError):
    """The folder for the results takes no more: the run ends, and what it has written is kept."""


class NotPassed(SeqbenchError):  # noqa: N818 - a verdict, not a malfunction
    """Cells did not pass, and the caller asked for an exception; a line for each."""

    status = "fail"


class Unsupported(SeqbenchError):  # noqa: N818 - a verdict, not a malfunction
    """A target cannot express the model; the message names the layer and the operation."""

    status = "unsupported"


class Unavailable(SeqbenchError):  # noqa: N818 - a verdict, not a malfunction
    """A device, browser or package is not here; the message says how to get it."""

    status = "unavailable"


class LoadError(SeqbenchError):
    """The runtime does not take the artifact; the message is the runtime's own."""

    status = "fail"


_STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""What makes text bold on a terminal: Keras's messages hold it."""

_NO_MEMORY = re.compile(
    r"^(MemoryError|ResourceExhaustedError|OutOfMemoryError)|RESOURCE_EXHAUSTED|bad_?alloc"
)
"""How Python, TensorFlow, torch, JAX and C++ say that there is no more memory."""

LIMIT = 300
"""Longest text, in characters: Keras's messages can hold a whole model's config."""


def one_line(error: BaseException) -> str:
    """Return the exception's type and message in one line, cut at `LIMIT`.

    Of Keras's messages the core is kept: not the configs around it, nor the arguments after it.
    """
    core = str(error).split("Exception encountered: ")[-1]
    text = re.split(r"\n\s*Arguments received by|\n\s*Stack trace", core)[0]
    text = " ".join(_STYLE.sub("", text).split())
    text = text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"out of memory: {line}" if _NO_MEMORY.search(line) else line
