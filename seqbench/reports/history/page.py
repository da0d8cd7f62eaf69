"""Lines as a page: a chart for each model and kind of cell, and the numbers under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from seqbench.core import units
from seqbench.core.errors import InputError
from seqbench.core.files import write_text
from seqbench.reports import charts
from seqbench.reports.history.lines import History, Line, Mark
from seqbench.reports.history.table import LEAST, change, title

WIDTH, HEIGHT = 620, 240
"""Of a plot without its axes, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands under one heading.

    Attributes:
        title: model, kind of cell, machine.
        legend: shape, colour and name of each line.
        svg: the chart.
        rows: cell, runs, first and last median, change, in words.

    """

    title: str
    legend: list[tuple[str, str, str]]
    svg: str
    rows: list[tuple[str, ...]]


def write(history: History, out: Path) -> None:
    """Write the page.

    Raises:
        InputError: the file is no `.html`, or cannot be written.

    """
    if out.suffix != ".html":
        raise InputError(f"{out}: a history is written as .html, not as {out.suffix!r}")
    write_text(out, html(history))


def html(history: History) -> str:
    """Return the page; it opens from disk, runs no script and loads nothing."""
    pages = Environment(
        loader=PackageLoader("seqbench", "reports/history"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    by_part = sorted(history.lines, key=_part)
    parts = [_chart(part, list(found)) for part, found in groupby(by_part, key=_part)]
    return pages.get_template("page.html.j2").render(parts=parts, runs=len(history.runs))


def _part(line: Line) -> tuple[str, str, str]:
    return line.cell.model, str(line.cell.kind), line.machine


def _chart(part: tuple[str, str, str], lines: Sequence[Line]) -> Part:
    names = [title(line.cell) for line in lines]
    return Part(
        title=f"{part[0]}: {part[1]} ({part[2]})",
        legend=list(
            zip(
                _apart(charts.MARKS, names),
                charts.turn(charts.COLOURS, names),
                names,
                strict=True,
            )
        ),
        svg=draw(lines, names),
        rows=[
            (
                name,
                str(len(line.marks)),
                units.seconds(line.marks[0].median.value),
                units.seconds(line.marks[-1].median.value),
                change(line),
            )
            for name, line in zip(names, lines, strict=True)
        ],
    )


def draw(lines: Sequence[Line], names: Sequence[str]) -> str:
    """Return the SVG of lines over time, each as a multiple of its first median, on a log axis."""
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
        for found in (charts.turn(charts.COLOURS, names), _apart(charts.SHAPES, names))
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
    said = "; ".join(
        f"{name}: " + ", ".join(units.seconds(mark.median.value) for mark in line.marks)
        for name, line in zip(names, lines, strict=True)
    )
    return charts.svg(chart, f"Medians over time. {said}")


def _relative(mark: Mark, first_s: float) -> dict[str, float]:
    """Return a median and its interval as multiples of the line's first."""
    median = mark.median
    ends = {"low": median.low, "ratio": median.value, "high": median.high}
    return {name: (value or median.value) / first_s for name, value in ends.items()}


def _apart(options: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return one for each that is wanted; those that share a colour have another shape."""
    count = len(options)
    return [options[(i + i // count) % count] for i in range(len(wanted))]
