"""Lines as a table: a sparkline each, with its ends and what lies between them."""

from collections.abc import Sequence

from seqbench import units
from seqbench.history.lines import Line
from seqbench.report import cells
from seqbench.report.document import Item, Row, Table, columns, numbers

BLOCKS = "▁▂▃▄▅▆▇█"
"""Of a sparkline, from its line's smallest value to its largest."""

LEAST = 0.1
"""The blocks span at least this part of the smallest value, so that noise is no mountain."""


def table(lines: Sequence[Line], runs: Sequence[str]) -> Table:
    """Return the lines of one machine, each with what it was in the first and the last run."""
    rows = []
    for line in lines:
        first, last = line.marks[0].median.value, line.marks[-1].median.value
        words = (units.seconds(first), units.seconds(last), change(line))
        texts = (cells.title(line.cell), sparkline(line, runs), str(len(line.marks)), *words)
        rows.append(Row(name=line.cell.model, items=tuple(Item(text=text) for text in texts)))
    return Table(
        caption=f"Median times over runs, the oldest first ({lines[0].machine})",
        columns=(*columns("Cell", "Line"), *numbers("Runs", "First", "Last", "Change")),
        rows=tuple(rows),
    )


def sparkline(line: Line, runs: Sequence[str]) -> str:
    """Return a block for each run, a space where the run has no such cell."""
    values = {mark.run: mark.median.value for mark in line.marks}
    low, high = min(values.values()), max(values.values())
    step = max(high - low, LEAST * low) / (len(BLOCKS) - 1)
    return "".join(
        BLOCKS[round((values[run] - low) / step)] if run in values else " " for run in runs
    )


def change(line: Line) -> str:
    """Return how far the last run is from the first, as `+4.2 %`."""
    return units.NOTHING if line.change is None else f"{line.change * 100:+.1f} %"
