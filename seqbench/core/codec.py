"""Dataclasses to JSON values and back, by their annotations.

What crosses between processes may hold NaN and infinities, as Python's own JSON does. What other
programs read may not: `without_nan` writes them as the texts that `float` reads.
"""

import json
import math
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Return a dataclass, or a tuple, list or dict of them, as JSON values.

    Paths become strings; NaN and infinities stay, as Python's own JSON has them.
    """
    import msgspec  # noqa: PLC0415 - `seqbench --help` needs none of it

    return msgspec.to_builtins(value, enc_hook=_encode)


def from_json(kind: type[T], value: Any) -> T:
    """Return what `to_json`, and `without_nan`, made of a value whose annotation is `kind`.

    Raises:
        ValueError: the value does not fit; the message names the field, expected and found.

    """
    import msgspec  # noqa: PLC0415 - `seqbench --help` needs none of it

    # Not strict: a text may stand for a number.
    return msgspec.convert(value, kind, strict=False, dec_hook=_decode)


def without_nan(value: Any) -> Any:
    """Return JSON values with NaN and infinities as the texts that `float` reads."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_text(value: Any) -> str:
    """Return a value as one line of JSON text."""
    return json.dumps(to_json(value))


def from_text(kind: type[T], text: str) -> T:
    """Return what `to_text` wrote of a value whose annotation is `kind`.

    Raises:
        ValueError: the text is no JSON, or does not fit.

    """
    return from_json(kind, json.loads(text))


def _encode(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float):  # numpy's is one, and msgspec takes none but Python's own
        return float(value)
    msg = f"{type(value).__name__} has no JSON form"
    raise TypeError(msg)


def _decode(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    msg = f"{kind.__name__} has no JSON form"
    raise TypeError(msg)
