"""A comparison as text: rows, the terminal's table, Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqbench.comparison.aspects import Aspect
from seqbench.comparison.runs import Comparison
from seqbench.comparison.verdicts import Verdict
from seqbench.core import units
from seqbench.core.record import Cell
from seqbench.reports.markdown import escape
from seqbench.reports.tables import place

GLYPHS = {
    Verdict.WORSE: "▲",
    Verdict.INCONCLUSIVE: "?",
    Verdict.BETTER: "▼",
    Verdict.SAME: "=",
}
"""A shape for each verdict: where a time went."""

STYLES = {
    Verdict.WORSE: "bold red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.BETTER: "bold green",
    Verdict.SAME: "dim",
}

HEADS = ("Cell", "", "Verdict", "Base", "Head", "Head / base")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One aspect of one cell, in words."""

    cell: str
    aspect: Aspect
    ratio: str

    @property
    def verdict(self) -> str:
        """The verdict with its shape."""
        return f"{GLYPHS[self.aspect.verdict]} {self.aspect.verdict}"


def rows(comparison: Comparison) -> Iterator[Row]:
    """Yield what is worth reading: every time, and whatever else is not the same."""
    for compared in comparison.cells:
        for aspect in compared.aspects:
            if aspect.name == "time" or aspect.verdict is not Verdict.SAME:
                yield Row(cell=title(compared.cell), aspect=aspect, ratio=_ratio(aspect))


def title(cell: Cell) -> str:
    """Return what a cell is called, as `digits_cnn infer onnxruntime batch 1`."""
    words = [cell.model, str(cell.kind)]
    where = place(cell)
    words += [where] if where != str(cell.kind) else []
    words += [] if cell.batch_size is None else [f"batch {cell.batch_size}"]
    return " ".join(words)


def headline(comparison: Comparison) -> str:
    """Return the outcome in one sentence."""
    found = [cell.verdict for cell in comparison.cells]
    counts = [f"{found.count(verdict)} {verdict}" for verdict in Verdict if verdict in found]
    many = "cell" if len(found) == 1 else "cells"
    return f"{len(found)} {many}: {', '.join(counts)}" if found else "Neither side has a cell"


def rule(comparison: Comparison) -> str:
    """Say what the verdicts on times rest on."""
    return (
        f"Intervals of the ratio of medians. Worse and better exclude 1, same excludes a change of "
        f"{units.share(comparison.min_effect)} either way; false alarms are at most "
        f"{units.share(comparison.false_alarms)} over all cells together."
    )


def terminal(comparison: Comparison) -> Group:
    """Return what rich prints; texts from records are never read as rich's markup."""
    table = Table(
        title=Text(f"{comparison.base} → {comparison.head}", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for head in HEADS:
        table.add_column(Text(head), overflow="fold", no_wrap=head == HEADS[-1])
    reasons: dict[str, int] = {}
    for row in rows(comparison):
        aspect = row.aspect
        mark = ""
        if aspect.reason:
            mark = f" [{reasons.setdefault(aspect.reason, len(reasons) + 1)}]"
        table.add_row(
            Text(row.cell),
            Text(aspect.name),
            Text(row.verdict + mark, style=STYLES[aspect.verdict]),
            *map(Text, (aspect.base, aspect.head, row.ratio)),
        )
    parts = [Text(f"[{number}] {reason}") for reason, number in reasons.items()]
    parts += [Text(f"note: {note}", style="yellow") for note in comparison.notes]
    parts += [Text(rule(comparison), style="dim")]
    parts += [Text(headline(comparison), style=STYLES[comparison.verdict])]
    return Group(*([table] if table.row_count else []), *parts)


def markdown(comparison: Comparison) -> str:
    """Return the comparison as GitHub Markdown."""
    title_ = f"# {escape(comparison.base)} → {escape(comparison.head)}"
    lines = ["| " + " | ".join([*HEADS, "Why"]) + " |", "|" + " --- |" * (len(HEADS) + 1)]
    for row in rows(comparison):
        aspect = row.aspect
        texts = (row.cell, aspect.name, row.verdict, aspect.base, aspect.head, row.ratio)
        lines.append("| " + " | ".join(map(escape, (*texts, aspect.reason or ""))) + " |")
    parts = [title_, f"**{escape(headline(comparison))}**"]
    parts += ["\n".join(lines)] if len(lines) > 2 else []
    parts += [f"- {escape(note)}" for note in comparison.notes]
    return "\n\n".join([*parts, escape(rule(comparison))]) + "\n"


def _ratio(aspect: Aspect) -> str:
    found = aspect.ratio
    if found is None:
        return units.NOTHING
    return f"{found.ratio:.3f} [{found.low:.3f}, {found.high:.3f}]"
