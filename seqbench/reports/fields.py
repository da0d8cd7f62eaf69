"""Tables from fields: the name of each column stands beside what is written into it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from seqbench.reports.document import Column, Item, Row, Table

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Field(Generic[Seen]):
    """A column, and its item for what a row is about; a string is an item of that text."""

    column: Column
    write: Callable[[Seen], Item | str]

    def item(self, seen: Seen) -> Item:
        """Return the column's item of one row."""
        found = self.write(seen)
        return found if isinstance(found, Item) else Item(text=found)


def text(name: str, write: Callable[[Seen], Item | str]) -> Field[Seen]:
    """Return a field of words."""
    return Field(Column(name=name), write)


def number(name: str, write: Callable[[Seen], Item | str]) -> Field[Seen]:
    """Return a field of numbers."""
    return Field(Column(name=name, number=True), write)


def tabulate(
    caption: str,
    fields: Iterable[Field[Seen]],
    rows: Iterable[tuple[str, Seen]],
    *,
    head: str = "Model",
) -> Table:
    """Return a table of rows, each given by its name and what it is about."""
    known = tuple(fields)
    return Table(
        caption=caption,
        head=head,
        columns=tuple(field.column for field in known),
        rows=tuple(
            Row(name=name, items=tuple(field.item(seen) for field in known)) for name, seen in rows
        ),
    )
