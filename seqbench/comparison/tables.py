"""A comparison as a document."""

from dataclasses import replace

from seqbench.comparison.aspects import Aspect
from seqbench.comparison.forest import forest
from seqbench.comparison.intervals import Interval
from seqbench.comparison.runs import Comparison
from seqbench.comparison.verdicts import Verdict
from seqbench.core import units
from seqbench.core.record import Cell
from seqbench.reports import cells
from seqbench.reports.document import Document, Item, Mark, Paragraph, Shape, Table, Tone, section
from seqbench.reports.fields import Field, number, tabulate, text

MARKS = {
    Verdict.WORSE: Mark(word="worse", shape=Shape.UP, tone=Tone.BAD),
    Verdict.INCONCLUSIVE: Mark(word="inconclusive", shape=Shape.QUESTION, tone=Tone.CAUTION),
    Verdict.BETTER: Mark(word="better", shape=Shape.DOWN, tone=Tone.GOOD),
    Verdict.SAME: Mark(word="same", shape=Shape.EQUAL, tone=Tone.QUIET),
}
"""Of each verdict its word; its shape says where a time went."""


def document(comparison: Comparison) -> Document:
    """Return all that a comparison says, with a plot of the ratios."""
    blocks = (forest(comparison), _table(comparison))
    return replace(summary(comparison), sections=section("cells", "", *blocks))


def summary(comparison: Comparison) -> Document:
    """Return what fits in a terminal."""
    return Document(
        kind="comparison",
        title=_title(comparison),
        outcome=headline(comparison),
        mark=MARKS[comparison.verdict],
        notes=tuple(Paragraph(text=f"note: {it}", tone=Tone.CAUTION) for it in comparison.notes),
        sections=section("cells", "", _table(comparison)),
        footer=_rule(comparison),
    )


def headline(comparison: Comparison) -> str:
    """Return the outcome in one sentence."""
    found = [cell.verdict for cell in comparison.cells]
    counts = [f"{found.count(verdict)} {verdict}" for verdict in Verdict if verdict in found]
    many = "cell" if len(found) == 1 else "cells"
    return f"{len(found)} {many}: {', '.join(counts)}" if found else "Neither side has a cell"


def _title(comparison: Comparison) -> str:
    return f"{comparison.base} → {comparison.head}"


def _rule(comparison: Comparison) -> str:
    """Say what the verdicts on times rest on."""
    return (
        "A ratio is the geometric mean over fresh processes, about which its interval lies; the "
        "times beside it are medians, whose quotient may be a little off. Worse and better exclude "
        f"1, same excludes a change of {units.share(comparison.min_effect)} either way; false "
        f"alarms are at most {units.share(comparison.false_alarms)} over all cells together."
    )


def _table(comparison: Comparison) -> Table:
    """Return what is worth reading: every time, and whatever else is not the same."""
    rows = [
        (compared.cell.model, (compared.cell, aspect))
        for compared in comparison.cells
        for aspect in compared.aspects
        if aspect.name == "time" or aspect.verdict is not Verdict.SAME
    ]
    return tabulate(_title(comparison), _FIELDS, rows)


def _ratio(ratio: Interval | None) -> Item:
    if ratio is None:
        return Item(text=units.NOTHING)
    return Item(text=f"{ratio.ratio:.3f}", sub=f"{ratio.low:.3f} to {ratio.high:.3f}")


_FIELDS: tuple[Field[tuple[Cell, Aspect]], ...] = (
    text("Cell", lambda row: cells.title(row[0])),
    text("Aspect", lambda row: row[1].name),
    text("Verdict", lambda row: Item(mark=MARKS[row[1].verdict], note=row[1].reason or "")),
    text("Base", lambda row: row[1].base),
    text("Head", lambda row: row[1].head),
    number("Head / base", lambda row: _ratio(row[1].ratio)),
)
