"""Facts of the machine, gathered from the records of a run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from seqbench.core import units
from seqbench.reports import clean

MANY = 6
"""Distinct values of one fact that are written out; of more, the rest is counted."""

ABBREVIATIONS = ("cpu", "gpu", "id", "os", "tpu")
"""Words of a fact's name that are written in capitals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line about the machine.

    Attributes:
        group: the heading under which it stands, empty for the machine's own facts.
        name: what it is.
        value: as people read it; where cells differ, each value.

    """

    group: str
    name: str
    value: str


def facts(machines: Iterable[dict[str, Any]]) -> tuple[Fact, ...]:
    """Return every fact once, in the order of first appearance, nested objects as groups."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for machine in machines:
        for key, value in machine.items():
            inner = value.items() if isinstance(value, dict) else [("", value)]
            for name, item in inner:
                place = (_label(key), clean.text(str(name))) if name else ("", _label(key))
                found.setdefault(place, {})[_value(key, item)] = None
    lines = [
        Fact(group=group, name=name, value=_several(tuple(values)))
        for (group, name), values in found.items()
    ]
    return tuple(sorted(lines, key=lambda fact: fact.group))


def _label(key: str) -> str:
    words = clean.text(key).removesuffix("_bytes").removesuffix("_s").replace("_", " ")
    known = " ".join(word.upper() if word in ABBREVIATIONS else word for word in words.split())
    return known[:1].upper() + known[1:]


def _value(key: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_value(key, item) for item in value) or "none"
    if isinstance(value, dict):
        return _value(key, [f"{name} {_value(key, item)}" for name, item in value.items()])
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, int | float):
        return _number(key, value)
    return clean.text(str(value))


def _number(key: str, value: float) -> str:
    if key.endswith("_bytes"):
        return units.size(value)
    return units.seconds(value) if key.endswith("_s") else str(value)


def _several(values: tuple[str, ...]) -> str:
    """Numbers and words that differ from cell to cell, in a stable order."""
    if len(values) > MANY:
        return f"{' · '.join(values[:MANY])} and {len(values) - MANY} more"
    return " · ".join(values)
