"""Facts of the machine, gathered from the records of a run."""

from collections.abc import Iterable
from typing import Any

from seqbench.core import units
from seqbench.reports import clean
from seqbench.reports.document import Facts

MANY = 6
"""Distinct values of one fact that are written out; of more, the rest is counted."""

ABBREVIATIONS = ("cpu", "gpu", "id", "os", "tpu")
"""Words of a fact's name that are written in capitals."""


def facts(machines: Iterable[dict[str, Any]]) -> tuple[Facts, ...]:
    """Return every fact once, the machine's own, then nested objects under their names.

    Each is as people read it; where cells differ, it is each value, in the order of appearance.
    """
    found: dict[str, dict[str, dict[str, None]]] = {"": {}}
    for machine in machines:
        for key, value in machine.items():
            nested = isinstance(value, dict)
            inner = value if nested else {key: value}
            group = found.setdefault(_label(key) if nested else "", {})
            for name, item in inner.items():
                label = clean.text(str(name)) if nested else _label(key)
                group.setdefault(label, {})[_value(key, item)] = None
    return tuple(
        Facts(title=title, facts=tuple((name, _several(tuple(it))) for name, it in group.items()))
        for title, group in sorted(found.items())
        if group
    )


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
