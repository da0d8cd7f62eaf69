"""A history as a document: a line and its ends for each cell, and charts of them."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from seqbench.core import units
from seqbench.core.errors import InputError
from seqbench.reports import cells, charts
from seqbench.reports.document import Chart, Document, Figure, Section, Spec, Table, section
from seqbench.reports.fields import Field, number, tabulate, text
from seqbench.reports.files import write_document
from seqbench.reports.history.lines import History, Line, Mark

WIDTH, HEIGHT = 620, 240
"""Of a plot without its axes, pixels."""

BLOCKS = "▁▂▃▄▅▆▇█"
"""Of a sparkline, from its line's smallest value to its largest."""

LEAST = 0.1
"""The blocks span at least this part of the smallest value, so that noise is no mountain."""


def write(history: History, out: Path) -> None:
    """Write the page.

    Raises:
        InputError: the file is no `.html`, or cannot be written.

    """
    if out.suffix != ".html":
        raise InputError(f"{out}: a history is written as .html, not as {out.suffix!r}")
    write_document(document(history), out)


def document(history: History) -> Document:
    """Return a chart and a table for each model, kind of cell, and machine."""
    by_part = groupby(sorted(history.lines, key=_part), key=_part)
    parts = [
        _section(f"part{i}", list(found), history.runs) for i, (_, found) in enumerate(by_part)
    ]
    return Document(
        kind="history",
        title=f"Median times over {_runs(history)}",
        sections=tuple(shown for part in parts for shown in part),
        footer="A point is a run's median with its 95 % interval, as a multiple of the cell's "
        "first; cells that did not pass are left out. `seqbench compare` says whether a change is "
        "one.",
    )


def summary(history: History) -> Document:
    """Return what fits in a terminal: a table for each machine."""
    machines = dict.fromkeys(line.machine for line in history.lines)
    tables = [
        tabulate_lines([line for line in history.lines if line.machine == machine], history.runs)
        for machine in machines
    ]
    hint = "; `seqbench compare` says whether a change is one" if history.lines else ""
    return Document(
        kind="history",
        title="Median times",
        outcome=f"{len(history.lines)} cells in {_runs(history)}{hint}",
        sections=section("lines", "", *tables),
    )


def tabulate_lines(lines: Sequence[Line], runs: Sequence[str]) -> Table:
    """Return the lines of one machine, each with what it was in the first and the last run."""
    fields: tuple[Field[Line], ...] = (
        text("Cell", lambda line: cells.title(line.cell)),
        text("Line", lambda line: sparkline(line, runs)),
        number("Runs", lambda line: str(len(line.marks))),
        number("First", lambda line: units.seconds(line.marks[0].median.value)),
        number("Last", lambda line: units.seconds(line.marks[-1].median.value)),
        number("Change", change),
    )
    caption = f"Median times over runs, the oldest first ({lines[0].machine})"
    return tabulate(caption, fields, [(line.cell.model, line) for line in lines])


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


def _runs(history: History) -> str:
    count = len(history.runs)
    return f"{count} run{'s' if count != 1 else ''}"


def _part(line: Line) -> tuple[str, str, str]:
    return line.cell.model, str(line.cell.kind), line.machine


def _section(name: str, lines: Sequence[Line], runs: Sequence[str]) -> tuple[Section, ...]:
    model, kind, machine = _part(lines[0])
    return section(
        name, f"{model}: {kind} ({machine})", _figure(lines), tabulate_lines(lines, runs)
    )


def _figure(lines: Sequence[Line]) -> Figure:
    names = [cells.title(line.cell) for line in lines]
    said = "; ".join(
        f"{name}: " + ", ".join(units.seconds(mark.median.value) for mark in line.marks)
        for name, line in zip(names, lines, strict=True)
    )
    return Figure(
        charts=(Chart(caption="", label=f"Medians over time. {said}", spec=_spec(lines, names)),),
        legend=charts.legend(names),
    )


def _spec(lines: Sequence[Line], names: Sequence[str]) -> Spec:
    """Return lines over time, each as a multiple of its first median, on a log axis."""
    import altair as alt

    values = [
        {"cell": name, "at": mark.started_at, **_relative(mark, line.marks[0].median.value)}
        for name, line in zip(names, lines, strict=True)
        for mark in line.marks
    ]
    ratios = [
        mark.median.value / line.marks[0].median.value for line in lines for mark in line.marks
    ]
    low, high = charts.bounds([*ratios, 1 + LEAST, 1 / (1 + LEAST)])
    y = alt.Y(
        "ratio:Q",
        title="median / first",
        scale=alt.Scale(type="log", domain=[low, high], nice=False, clamp=True),
        axis=alt.Axis(format=".3~f", tickCount=6),
    )
    x = alt.X("at:T", title=None, axis=alt.Axis(grid=False, format="%Y-%m-%d %H:%M", tickCount=4))
    colours, shapes = (
        alt.Scale(domain=list(names), range=found)
        for found in (charts.turn(charts.COLOURS, names), charts.turn(charts.SHAPES, names))
    )
    colour = alt.Color("cell:N", legend=None, scale=colours)
    shape = alt.Shape("cell:N", legend=None, scale=shapes)
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x, color=colour)
    chart = alt.layer(
        base.mark_line(strokeWidth=1.5, opacity=0.7).encode(y=y),
        base.mark_rule(strokeWidth=3, opacity=0.3)
        .transform_calculate(ratio="datum.low")
        .encode(y=y, y2="high:Q"),
        base.mark_point(filled=True, size=42, opacity=1).encode(y=y, shape=shape),
    ).properties(width=WIDTH, height=HEIGHT)
    return chart.to_dict()


def _relative(mark: Mark, first_s: float) -> dict[str, float]:
    """Return a median and its interval as multiples of the line's first."""
    median = mark.median
    ends = {"low": median.low, "ratio": median.value, "high": median.high}
    return {name: (value or median.value) / first_s for name, value in ends.items()}
