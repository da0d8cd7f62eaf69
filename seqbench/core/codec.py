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


def make_schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of what `to_json` and `without_nan` make of a dataclass.

    Every field is there, and each number that is no whole one may be the text of NaN or an
    infinity.
    """
    import msgspec  # noqa: PLC0415 - `seqbench --help` needs none of it

    found: dict[str, Any] = _loosened(msgspec.json.schema(kind))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _loosened(schema: Any) -> Any:
    """Return a schema with every field required, and with texts for what JSON has no number for."""
    if isinstance(schema, list):
        return [_loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        return {"anyOf": [schema, {"enum": ["nan", "inf", "-inf"]}]}
    found = {key: _loosened(value) for key, value in schema.items()}
    if "properties" in found:
        found["required"] = list(found["properties"])
    return found


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
