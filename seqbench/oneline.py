"""A foreign exception as one line."""

import re

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
