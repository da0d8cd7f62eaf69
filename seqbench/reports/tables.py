"""Tables of text, the shape that the terminal, Markdown and HTML all print."""

from dataclasses import dataclass

from seqbench.core.record import PLAIN, Cell, Status

GLYPHS = {
    Status.PASS: "✔",
    Status.FAIL: "✘",
    Status.ERROR: "▲",
    Status.UNSUPPORTED: "⊘",
    Status.UNAVAILABLE: "○",
}
"""A shape for each status; it always stands beside the status's word."""


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
        status: shown as shape and word before the text.
        share: a part of one, drawn as a bar where the page can.

    """

    text: str = ""
    sub: str = ""
    status: Status | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A model's name and what is known of it."""

    model: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column is the model."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def place(cell: Cell) -> str:
    """Return where a cell ran, as `litert`, and what is not the usual: `litert · gpu · fp16`."""
    return " · ".join([cell.runtime or cell.target or str(cell.kind), *apart(cell)])


def apart(cell: Cell) -> list[str]:
    """Return what is not the usual about a cell: a device, an arithmetic, a number of threads."""
    found = [word for word, usual in ((cell.device, "cpu"), (cell.variant, PLAIN)) if word != usual]
    if cell.threads is not None:
        found.append(f"{cell.threads} thread{'s' if cell.threads > 1 else ''}")
    return found
