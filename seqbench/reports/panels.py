"""The charts of a report: which points stand in which, and on which axes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seqbench.core import units
from seqbench.core.record import Status
from seqbench.reports import charts, matrices, tables
from seqbench.reports.charts import Point, Style, Unit
from seqbench.reports.measured import Timed, Tradeoff
from seqbench.reports.rows import Report

NARROW, WIDE = 185, 850
"""Widths of a plot, pixels: one of several beside each other, and one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A chart with its caption; `svg` is markup, and its texts are escaped.

    Attributes:
        caption: what stands over it.
        svg: the chart as wide as a phone.
        wide: the chart for a wide window; None where several stand beside each other.

    """

    caption: str
    svg: str
    wide: str | None = None


def lanes(report: Report) -> tuple[str, ...]:
    """Return the lanes of the latency charts: the batch sizes."""
    return tuple(_batch(size) for size in matrices.batch_sizes(report))


def latency(report: Report) -> tuple[Panel, ...]:
    """Return a chart for each model: its runtimes' medians and intervals, on one common axis."""
    rows = report.latencies
    models = tuple(dict.fromkeys(row.record.cell.model for row in rows))
    medians = [row.median for row in rows if row.median]
    ends = [end for it in medians for end in (it.value, it.low, it.high) if end is not None]
    style = Style(
        unit=Unit.SECONDS,
        bounds=charts.bounds(ends),
        lanes=lanes(report),
        width=NARROW,
        extent=charts.extent([tables.place(row.record.cell) for row in rows]),
    )

    def panel(model: str) -> Panel:
        points = [_timed(row) for row in rows if row.record.cell.model == model]
        title = f"{model}: median time of a call and its interval"
        alone = charts.dots(points, replace(style, width=WIDE), title) if len(models) == 1 else None
        return Panel(caption=model, svg=charts.dots(points, style, title), wide=alone)

    return tuple(map(panel, models))


def runtimes(report: Report) -> tuple[str, ...]:
    """Return the lanes of the trade-off charts: the runtimes, where there are several models."""
    models = {row.cell.model for row in report.tradeoffs}
    places = dict.fromkeys(tables.place(row.cell) for row in report.tradeoffs)
    return tuple(places) if len(models) > 1 else ()


def tradeoff(report: Report) -> tuple[Panel, ...]:
    """Return three charts with the same rows: size, time and error of each artifact."""
    rows = report.tradeoffs
    if not rows:
        return ()
    return (
        _measure(
            report,
            "Size",
            Unit.BYTES,
            [(row.size_bytes, units.size(row.size_bytes)) for row in rows],
        ),
        _measure(
            report,
            "Time of a call, smallest batch",
            Unit.SECONDS,
            [(row.median_s, units.seconds(row.median_s)) for row in rows],
        ),
        _measure(
            report,
            "Error, of the tolerance",
            Unit.SHARE,
            [(row.share, units.share(row.share)) for row in rows],
            limit=1.0,
        ),
    )


def _measure(
    report: Report,
    caption: str,
    unit: Unit,
    values: Sequence[tuple[float, str]],
    limit: float | None = None,
) -> Panel:
    """One measure: a row for each model; for a single model, a row for each runtime."""
    places = runtimes(report)
    rows = report.tradeoffs

    def row(of: Tradeoff) -> str:
        return of.cell.model if places else tables.place(of.cell)

    points = [
        Point(
            row=row(of),
            lane=tables.place(of.cell) if places else "",
            value=value,
            label=label,
        )
        for of, (value, label) in zip(rows, values, strict=True)
    ]
    ends = [value for value, _ in values] + ([limit] if limit else [])
    style = Style(
        unit=unit,
        bounds=charts.bounds(ends),
        lanes=places or ("",),
        width=NARROW + 30 if places else NARROW,
        extent=charts.extent([point.row for point in points]),
        lane_height=9 if places else 24,
        labelled=not places,
        limit=limit,
    )
    return Panel(caption=caption, svg=charts.dots(points, style, caption))


def _timed(row: Timed) -> Point:
    """A timing's mark; what did not pass has none and says its status instead."""
    status, median = row.record.status, row.median
    passed = median if status == Status.PASS else None
    value, low, high = (passed.value, passed.low, passed.high) if passed else (None, None, None)
    return Point(
        row=tables.place(row.record.cell),
        lane=_batch(row.record.cell.batch_size),
        value=value,
        low=low,
        high=high,
        label=units.seconds(passed.value) if passed else f"{tables.GLYPHS[status]} {status}",
    )


def _batch(size: int | None) -> str:
    return "batch not fixed" if size is None else f"batch {size}"
