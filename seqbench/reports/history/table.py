"""Lines in the terminal: a sparkline each, with its ends and what lies between them."""

from collections.abc import Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqbench.core import units
from seqbench.core.record import Cell
from seqbench.reports.history.lines import History, Line
from seqbench.reports.tables import place

BLOCKS = "▁▂▃▄▅▆▇█"
"""Of a sparkline, from its line's smallest value to its largest."""

LEAST = 0.1
"""The blocks span at least this part of the smallest value, so that noise is no mountain."""


def terminal(history: History) -> Group:
    """Return what rich prints; what records say is never read as its markup."""
    parts: list[Table | Text] = []
    for machine in dict.fromkeys(line.machine for line in history.lines):
        mine = [line for line in history.lines if line.machine == machine]
        parts += [_table(machine, mine, history.runs)]
    count = len(history.runs)
    last = f"{len(history.lines)} cells in {count} run{'s' if count != 1 else ''}"
    hint = "; `seqbench compare` says whether a change is one" if history.lines else ""
    return Group(*parts, Text(last + hint))


def sparkline(line: Line, runs: Sequence[str]) -> str:
    """Return a block for each run, a space where the run has no such cell."""
    values = {mark.run: mark.median.value for mark in line.marks}
    low, high = min(values.values()), max(values.values())
    step = max(high - low, LEAST * low) / (len(BLOCKS) - 1)
    return "".join(
        BLOCKS[round((values[run] - low) / step)] if run in values else " " for run in runs
    )


def title(cell: Cell) -> str:
    """Return what a cell is called beside its model, as `infer · onnxruntime · batch 1`."""
    words = [str(cell.kind), place(cell)]
    words += [f"batch {cell.batch_size}"] if cell.batch_size else []
    words += [f"{cell.threads} threads"] if cell.threads else []
    return " · ".join(words)


def change(line: Line) -> str:
    """Return how far the last run is from the first, as `+4.2 %`."""
    return units.NOTHING if line.change is None else f"{line.change * 100:+.1f} %"


def _table(machine: str, lines: Sequence[Line], runs: Sequence[str]) -> Table:
    shown = Table(
        title=Text(f"Median times over runs, the oldest first ({machine})", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for name in ("Model", "Cell", "Line"):
        shown.add_column(name, overflow="fold")
    for name in ("Runs", "First", "Last", "Change"):
        shown.add_column(name, justify="right")
    for line in lines:
        first, last = line.marks[0].median.value, line.marks[-1].median.value
        words = (units.seconds(first), units.seconds(last), change(line))
        texts = (title(line.cell), sparkline(line, runs), str(len(line.marks)), *words)
        shown.add_row(Text(line.cell.model), *map(Text, texts))
    return shown
