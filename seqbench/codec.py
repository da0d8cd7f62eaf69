"""Dataclasses to JSON values and back, by their annotations: what crosses between processes."""

import json
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
    """Return what `to_json` made of a value whose annotation is `kind`.

    Raises:
        ValueError: the value does not fit; the message names the field, expected and found.

    """
    import msgspec  # noqa: PLC0415 - `seqbench --help` needs none of it

    return msgspec.convert(value, kind, dec_hook=_decode)


def dumps(value: Any) -> str:
    """Return a value as one line of JSON text."""
    return json.dumps(to_json(value))


def loads(kind: type[T], text: str) -> T:
    """Return what `dumps` wrote of a value whose annotation is `kind`.

    Raises:
        ValueError: the text is no JSON, or does not fit.

    """
    return from_json(kind, json.loads(text))


def _encode(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    msg = f"{type(value).__name__} has no JSON form"
    raise TypeError(msg)


def _decode(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    msg = f"{kind.__name__} has no JSON form"
    raise TypeError(msg)
