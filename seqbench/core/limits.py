"""A budget: limits on size, latency and so on that an artifact has to meet, and how it is written.

`size<=1MB, latency<=5ms, accuracy_drop<=1%`: parts between commas, each a measure, `<=` and the
largest value that is allowed, with its unit.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seqbench.core import units
from seqbench.core.errors import InputError
from seqbench.core.names import known


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What can be limited.

    Attributes:
        unit: the unit of its limits, as budgets have it.
        parse: reads a value with its unit; raises ValueError.
        write: writes a value for people.
        example: a value, for messages.
        timed: whether only a run that times calls knows it.

    """

    unit: str
    parse: Callable[[str], float]
    write: units.Written
    example: str
    timed: bool = False


MEASURES = {
    "size": Measure(unit="B", parse=units.parse_size, write=units.size, example="1MB"),
    "latency": Measure(
        unit="s", parse=units.parse_seconds, write=units.seconds, example="5ms", timed=True
    ),
    "memory": Measure(
        unit="B", parse=units.parse_size, write=units.size, example="64MiB", timed=True
    ),
    "accuracy_drop": Measure(
        unit="", parse=units.parse_share, write=units.percentage, example="1%"
    ),
}
"""What a budget can limit: the artifact's size, the median of a call of one row, the peak memory of
the process, and how much of the model's accuracy is lost, in parts of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The largest value that is allowed of a measure; in bytes, seconds or parts of one."""

    measure: str
    most: float

    def __str__(self) -> str:
        return f"{self.measure}<={MEASURES[self.measure].write(self.most)}"


Limits = tuple[Limit, ...]
"""A budget; each measure at most once."""


def parse_limits(text: str) -> Limits:
    """Return the limits of a budget.

    Raises:
        InputError: a part is no limit, names an unknown measure or one twice, or has a value
            that is none; there is no part.

    """
    found: dict[str, Limit] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        limit = _parse_limit(part)
        if limit.measure in found:
            raise InputError(f"budget {part!r}: {limit.measure} is limited twice")
        found[limit.measure] = limit
    if not found:
        raise InputError(f"budget {text!r}: expected limits between commas, such as {EXAMPLE}")
    return tuple(found.values())


def _parse_limit(part: str) -> Limit:
    name, sign, value = (word.strip() for word in part.partition("<="))
    if not sign:
        raise InputError(f"budget {part!r}: expected MEASURE<=VALUE, such as size<=1MB")
    known("budget measure", name, MEASURES)
    measure = MEASURES[name]
    try:
        return Limit(measure=name, most=measure.parse(value))
    except ValueError as error:
        msg = f"budget {part!r}: {error}, such as {name}<={measure.example}"
        raise InputError(msg) from None


def write_limits(limits: Limits) -> str:
    """Return the text that `parse_limits` reads as the same limits, to the last digit."""
    return ", ".join(f"{it.measure}<={it.most!r}{MEASURES[it.measure].unit}" for it in limits)


def read_project_limits(folder: Path) -> Limits:
    """Return the budget in `[tool.seqbench]` of a folder's pyproject.toml; none where none is.

    Raises:
        InputError: the file cannot be read, or what stands there is no budget.

    """
    path = folder / "pyproject.toml"
    if not path.is_file():
        return ()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    table = content.get("tool", {})
    for name in ("seqbench", "budget"):
        if not isinstance(table, dict) or name not in table:
            return ()
        table = table[name]
    if not isinstance(table, str):
        msg = f"{path}: [tool.seqbench] budget: expected a text such as {EXAMPLE}, found {table!r}"
        raise InputError(msg)
    try:
        return parse_limits(table)
    except InputError as error:
        raise InputError(f"{path}: [tool.seqbench] {error}") from None


EXAMPLE = '"size<=1MB, latency<=5ms, accuracy_drop<=1%"'
"""A budget, for messages."""
