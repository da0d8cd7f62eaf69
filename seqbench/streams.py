"""Standard output and error, whatever they are: closed, full, or unable to show a character."""

import codecs
import os
import sys
import unicodedata
from typing import TextIO

READABLE = "seqbench.readable"
"""The error handler that writes another character in place of one that cannot be shown."""

_INSTEAD = str.maketrans(
    {"✔": "+", "✘": "x", "▲": "^", "▼": "v", "⊘": "-", "○": "o", "●": "*", "■": "#", "·": "|"}
    | {"→": ">", "∞": "inf", "µ": "u", "μ": "u"}
    | dict(zip("▁▂▃▄▅▆▇█", "12345678", strict=True))
)


def prepare() -> None:
    """Make standard output and error such that whatever is written there raises no surprise.

    One that is closed becomes the null device: else the next file that is opened would take its
    number, and get what is meant for people. What an encoding lacks is written in ASCII.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    codecs.register_error(READABLE, _readable)
    if getattr(sys.stdout, "errors", None) in ("strict", "surrogateescape"):
        sys.stdout.reconfigure(errors=READABLE)  # type: ignore[union-attr] # a TextIOWrapper


def discard(*streams: TextIO) -> None:
    """Let what is still to be written to streams go nowhere: they are closed or full."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(null, stream.fileno())
    os.close(null)


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Return ASCII for what could not be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(_INSTEAD)
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lacking)
        if not unicodedata.combining(letter)
    )
    return plain.encode("ascii", "replace").decode("ascii"), error.end
