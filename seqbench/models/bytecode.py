"""Which Python compiled the functions in a model's file, told from their bytes alone.

Keras saves a lambda as its code object, marshalled. That says nothing of its Python, and another
Python that runs it computes something else or crashes. The layout and the first instructions tell.
Source: `Python/marshal.c` (`w_object`, TYPE_CODE) and `Lib/opcode.py` of each version.
"""

import binascii
import codecs
import opcode
import sys
from collections.abc import Iterator
from typing import Any

_CODE, _STRING = ord("c"), ord("s")
_FLAG_REFERENCE = 0x80

_LAYOUTS = {5: "", 6: "3.8 to 3.10", 4: "2"}
"""How many 32-bit numbers stand before the instructions, and in which versions of Python. Five had
3.0 to 3.7, and have those from 3.11 on, whose functions begin with RESUME."""

_RESUME = {151: "3.11 or 3.12", 149: "3.13", 128: "3.14"}
_FIRST = 8
"""RESUME is among so many first ones: cells, free variables and generators begin before it."""

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def other_python(text: str) -> str | None:
    """Return which Pythons may have compiled a function; None where this one may have.

    Args:
        text: the function's marshalled code as Keras writes it: base64, and raw in Keras 1.

    """
    data = _bytes(text)
    if not data or data[0] & ~_FLAG_REFERENCE != _CODE:
        return "none that is known"
    for numbers, versions in _LAYOUTS.items():
        instructions = _instructions(data, 1 + 4 * numbers)
        if instructions:
            found = versions or _by_resume(instructions)
            if HERE in found and _has_caches_of_this_python(instructions):
                return None
            return found if HERE not in found else found.replace(HERE, "").strip(" or")
    return "none that is known"


def marshalled(node: dict[str, Any]) -> Iterator[str]:
    """Yield the code of each function that a serialized object itself holds."""
    inner = node.get("config")
    if not isinstance(inner, dict):
        return
    values = []
    if node["class_name"] == "__lambda__":
        values = [inner.get("code"), inner.get("value")]
    elif node["class_name"] == "Lambda":  # Keras 1 and 2 wrote a list; a plain name is no code
        values = [value for value in inner.values() if isinstance(value, list)]
    for value in values:
        code = value[0] if isinstance(value, list) and value else value
        if isinstance(code, str):
            yield code


def _bytes(text: str) -> bytes:
    try:
        return codecs.decode(text.encode("ascii"), "base64")
    except (UnicodeEncodeError, binascii.Error):
        return text.encode("raw_unicode_escape")


def _instructions(data: bytes, place: int) -> bytes:
    """Return the instructions of a code object if they stand at a place, else nothing."""
    start = place + 5
    if len(data) < start or data[place] & ~_FLAG_REFERENCE != _STRING:
        return b""
    length = int.from_bytes(data[place + 1 : start], "little")
    return data[start : start + length] if length <= len(data) - start else b""


def _by_resume(instructions: bytes) -> str:
    for i in range(0, min(len(instructions), 2 * _FIRST), 2):
        if instructions[i] in _RESUME and instructions[i + 1 : i + 2] == b"\0":
            return _RESUME[instructions[i]]
    return "3.0 to 3.7"


def _has_caches_of_this_python(instructions: bytes) -> bool:
    """Whether every instruction is one of this Python's, with as many empty caches behind it.

    That tells versions apart that begin alike: most of what changed its meaning changed its caches.
    """
    entries: Any = opcode._inline_cache_entries  # type: ignore[attr-defined]
    names = instructions[::2]
    i = 0
    while i < len(names):
        name = opcode.opname[names[i]]
        caches = entries.get(name, 0) if isinstance(entries, dict) else entries[names[i]]
        if name.startswith("<") or name == "CACHE" or any(names[i + 1 : i + 1 + caches]):
            return False
        i += 1 + caches
    return i == len(names)
