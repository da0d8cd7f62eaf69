"""A comparison as a document."""

from collections.abc import Iterator
from dataclasses import replace

from seqbench import units
from seqbench.compare.aspects import Aspect
from seqbench.compare.forest import forest
from seqbench.compare.runs import Comparison
from seqbench.compare.verdicts import Verdict
from seqbench.record import Cell
from seqbench.report import cells
from seqbench.report.document import (
    Document,
    Item,
    Mark,
    Paragraph,
    Row,
    Shape,
    Table,
    Tone,
    columns,
    numbers,
    section,
)

MARKS = {
    Verdict.WORSE: Mark(word="worse", shape=Shape.UP, tone=Tone.BAD),
    Verdict.INCONCLUSIVE: Mark(word="inconclusive", shape=Shape.QUESTION, tone=Tone.CAUTION),
    Verdict.BETTER: Mark(word="better", shape=Shape.DOWN, tone=Tone.GOOD),
    Verdict.SAME: Mark(word="same", shape=Shape.EQUAL, tone=Tone.QUIET),
}
"""Of each verdict its word; its shape says where a time went."""


def document(comparison: Comparison) -> Document:
    """Return all that a comparison says, with a plot of the ratios."""
    rule = f"{_rule(comparison)} The band is the minimum effect."
    blocks = (forest(comparison), _table(comparison))
    return replace(summary(comparison), sections=section("cells", "", *blocks), footer=rule)


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
        f"Intervals of the ratio of medians. Worse and better exclude 1, same excludes a change of "
        f"{units.share(comparison.min_effect)} either way; false alarms are at most "
        f"{units.share(comparison.false_alarms)} over all cells together."
    )


def _table(comparison: Comparison) -> Table:
    heads = (*columns("Cell", "Aspect", "Verdict", "Base", "Head"), *numbers("Head / base"))
    rows = tuple(_row(cell, aspect) for cell, aspect in _shown(comparison))
    return Table(caption=_title(comparison), columns=heads, rows=rows)


def _shown(comparison: Comparison) -> Iterator[tuple[Cell, Aspect]]:
    """Yield what is worth reading: every time, and whatever else is not the same."""
    for compared in comparison.cells:
        for aspect in compared.aspects:
            if aspect.name == "time" or aspect.verdict is not Verdict.SAME:
                yield compared.cell, aspect


def _row(cell: Cell, aspect: Aspect) -> Row:
    ratio = aspect.ratio
    return Row(
        name=cell.model,
        items=(
            Item(text=cells.title(cell)),
            Item(text=aspect.name),
            Item(mark=MARKS[aspect.verdict], note=aspect.reason or ""),
            Item(text=aspect.base),
            Item(text=aspect.head),
            Item(text=f"{ratio.ratio:.3f}", sub=f"{ratio.low:.3f} to {ratio.high:.3f}")
            if ratio
            else Item(text=units.NOTHING),
        ),
    )
