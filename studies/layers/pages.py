"""The walk's tables as an HTML page, as Markdown and as lines."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from seqbench.core.errors import InputError
from seqbench.core.files import replace_text
from seqbench.reports.markdown import escape
from seqbench.reports.tables import GLYPHS, Item, Table
from studies.layers.table import Walked

NAME = "coverage"
"""Stem of the files in the walk's folder."""


def write(walked: Walked, folder: Path) -> Path:
    """Write `coverage.html` and `coverage.md` into the folder; return the former.

    Raises:
        InputError: they cannot be written.

    """
    page = folder / f"{NAME}.html"
    try:
        replace_text(page.with_suffix(".md"), markdown(walked))
        replace_text(page, html(walked))
    except OSError as error:
        raise InputError(f"cannot write {page}: {error.strerror}") from error
    return page


def html(walked: Walked) -> str:
    """Return the page; it opens from disk, runs no script and loads nothing."""
    loader = ChoiceLoader(
        [PackageLoader("studies", "layers"), PackageLoader("seqbench", "reports")]
    )
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return pages.get_template("coverage.html.j2").render(walked=walked, glyphs=GLYPHS)


def markdown(walked: Walked) -> str:
    """Return the tables as GitHub Markdown; what records say is escaped."""
    parts = ["# Every layer, on every target", "\n".join(f"- {line}" for line in totals(walked))]
    parts += [f"- {escape(line)}" for line in differences(walked)]
    if walked.failed.rows:
        parts += ["## What does not pass", _table(walked.failed)]
    parts += ["## Layers and activations", _table(walked.layers)]
    left_out = (f"- {escape(name)}: {escape(why)}" for name, why in walked.excluded.items())
    parts += ["## Left out", "\n".join(left_out)]
    return "\n\n".join(parts) + "\n"


def lines(walked: Walked) -> Iterator[str]:
    """Yield what is said at the end: the totals, then what differs from the baseline."""
    yield from totals(walked)
    yield from differences(walked)


def totals(walked: Walked) -> Iterator[str]:
    """Yield a line a target: how many cases pass."""
    for target, (passed, total) in walked.totals.items():
        yield f"{target}: {passed} of {total} cases pass ({passed / total:.1%})"


def differences(walked: Walked) -> Iterator[str]:
    """Yield a line for each name that nothing here knows of, and for each drift."""
    for name in walked.unlisted:
        yield f"NEW in Keras: {name} is neither covered nor left out"
    yield from map(str, walked.drifts)


def _table(table: Table) -> str:
    heads = [
        "Name",
        *(f"{escape(column.name)}<br>{escape(column.sub)}" for column in table.columns),
    ]
    rows = [[escape(row.model), *map(_item, row.items)] for row in table.rows]
    return "\n".join(
        "| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows)
    )


def _item(item: Item) -> str:
    status = f"{GLYPHS[item.status]} {item.status}" if item.status else ""
    head = escape(f"{status} {item.text}".strip())
    return f"{head}<br>{escape(item.sub)}" if item.sub else head
