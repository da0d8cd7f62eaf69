"""A foreign exception as one line."""

import re

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""What makes text bold on a terminal: Keras's messages hold it."""

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
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
