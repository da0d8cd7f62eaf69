"""What a view says, as elements: makers build a `Document`, renderers decide how it looks.

There are three renderers: `terminal`, `markdown` and `html` of this package. They know nothing of
runs, and whoever makes a document knows nothing of formats.
"""

from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from itertools import groupby
from typing import Any, TypeVar

from seqbench.reports import clean

Spec = dict[str, Any]
"""A Vega-Lite specification; its fonts, background and axes' looks are the renderer's."""

SHORT = 16
"""Rows of a table that is shown open; a longer one is folded where that is possible."""

Element = TypeVar("Element")


class Tone(Enum):
    """How a text is meant, which chooses its colour."""

    GOOD = "good"
    BAD = "bad"
    BROKEN = "broken"
    CAUTION = "caution"
    QUIET = "quiet"


class Shape(Enum):
    """A shape beside a word, so that nothing hangs on the colour; its value is a character."""

    CHECK = "✔"
    CROSS = "✘"
    UP = "▲"
    DOWN = "▼"
    BARRED = "⊘"
    RING = "○"
    QUESTION = "?"
    EQUAL = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A status word with its shape."""

    word: str
    shape: Shape
    tone: Tone

    def __str__(self) -> str:
        return f"{self.shape.value} {self.word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A text; a quiet one explains how to read what stands around it."""

    text: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names with their values, under a title, which may be empty."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a reader has to look at; a line where it has no reason.

    Attributes:
        mark: what it is.
        title: where it is.
        detail: what was done there.
        reason: why, of any number of lines; empty where the detail says it.
        commands: shell commands that repeat it.

    """

    mark: Mark
    title: str
    detail: str
    reason: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column after the first; a number's column is set to the right."""

    name: str
    sub: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What stands in one place of a table.

    Attributes:
        text: the value as people read it.
        sub: a second, smaller line.
        mark: stands before the text.
        share: a part of one, drawn as a bar where that is possible.
        note: a longer explanation, a footnote where there is no room for it.

    """

    text: str = ""
    sub: str = ""
    mark: Mark | None = None
    share: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A name and what is known of it; rows of one name after another belong together."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        caption: what it shows.
        columns: all but the first, which holds the rows' names.
        rows: as many items each as there are columns.
        head: what the rows' names are.
        bars: what the bars of its shares mean; empty where the caption says it.

    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    head: str = "Model"
    bars: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """A table that not every reader needs."""

    summary: str
    table: Table

    @property
    def is_open(self) -> bool:
        """Whether it is short enough to be shown all the same."""
        return len(self.table.rows) <= SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture as wide as a phone; `wide` is another for wide windows, None where one does.

    Its label says in words all that it shows, for who does not see it.
    """

    caption: str
    label: str
    spec: Spec
    wide: Spec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a mark in a chart stands for: its shape as a character, and its colour."""

    glyph: str
    colour: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Charts beside each other with their legend, and a hint how to read them.

    It is left out where no picture can be shown: a table of its document says the same.
    """

    charts: tuple[Chart, ...]
    legend: tuple[Key, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A figure under its name; `where` it was taken stands beside it, empty where it is of all."""

    name: str
    value: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to choose at one place.

    Attributes:
        place: where.
        answer: what is chosen, in a few words.
        mark: its verdict.
        costs: the figures that matter most.
        minor: other figures of it.
        cautions: why its costs are to be doubted.
        reason: why it is chosen, or why nothing is.
        notes: what else there is.
        commands: shell commands that would say more.

    """

    place: str
    answer: str
    mark: Mark
    costs: tuple[Cost, ...] = ()
    minor: tuple[Cost, ...] = ()
    cautions: tuple[str, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to one question, beside each other where there is room."""

    title: str
    answers: tuple[Answer, ...]


Block = Paragraph | Facts | Finding | Table | Details | Figure | Answers
"""Any element of a section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Elements under a title, which may be empty; its name is the target of links."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number and what it counts."""

    value: int
    label: str
    mark: Mark | None = None

    def __str__(self) -> str:
        shape = f"{self.mark.shape.value} " if self.mark else ""
        return f"{shape}{self.value} {self.label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole view.

    Attributes:
        kind: what it is a view of, as `report`.
        title: what is looked at.
        outcome: what came of it, in a sentence; empty without one.
        mark: the outcome's, None without one.
        counted: what is counted.
        counts: the outcome in numbers.
        notes: what belongs to the outcome.
        sections: everything else.
        footer: what the figures rest on.

    """

    kind: str
    title: str
    outcome: str = ""
    mark: Mark | None = None
    counted: str = ""
    counts: tuple[Count, ...] = ()
    notes: tuple[Paragraph, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str = ""


def cleaned(value: Element) -> Element:
    """Return a document, or a part of one, whose texts are safe to print anywhere.

    Each renderer begins with it, and escapes what is markup in its own format.
    """
    found: Any = value
    if isinstance(value, str):
        found = clean.printable(value)
    elif isinstance(value, tuple | list):
        found = type(value)(map(cleaned, value))
    elif isinstance(value, dict):
        found = {key: cleaned(inner) for key, inner in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: cleaned(getattr(value, part.name)) for part in fields(value)}
        found = replace(value, **parts)
    return found  # type: ignore[no-any-return] # of the same type, which mypy cannot follow


def cost_lines(costs: tuple[Cost, ...]) -> tuple[str, ...]:
    """Return costs as text, those that were taken at one place in one line."""
    found = []
    for where, together in groupby(costs, lambda cost: cost.where):
        line = " · ".join(f"{cost.name} {cost.value}" for cost in together)
        found.append(f"{where}: {line}" if where else line)
    return tuple(found)


def section(name: str, title: str, *blocks: Block) -> tuple[Section, ...]:
    """Return a section with the blocks that show something; none where no block does.

    A table without rows and a figure without charts show nothing, and a quiet paragraph has
    nothing to explain where nothing else is shown.
    """
    shown = tuple(block for block in blocks if not _is_empty(block))
    if all(isinstance(block, Paragraph) and block.tone is Tone.QUIET for block in shown):
        return ()
    return (Section(name=name, title=title, blocks=shown),)


def _is_empty(block: Block) -> bool:
    if isinstance(block, Details):
        return not block.table.rows
    if isinstance(block, Table):
        return not block.rows
    return isinstance(block, Figure) and not block.charts
