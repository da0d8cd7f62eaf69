"""The charts of a report: which points stand in which, and on which axes."""

from collections.abc import Sequence

from seqbench.core import units
from seqbench.core.record import Status
from seqbench.reports import charts, matrices
from seqbench.reports.cells import MARKS, place
from seqbench.reports.charts import Point, Style, Unit
from seqbench.reports.document import Chart, Figure
from seqbench.reports.measured import Timed, Tradeoff
from seqbench.reports.rows import Report

NARROW, WIDE = 185, 850
"""Widths of a plot, pixels: one of several beside each other, and one alone."""


def latency(report: Report) -> Figure:
    """Return a chart for each model: its runtimes' medians and intervals, on one common axis."""
    rows = report.latencies
    models = tuple(dict.fromkeys(row.record.cell.model for row in rows))
    medians = [row.median for row in rows if row.median]
    ends = [end for it in medians for end in (it.value, it.low, it.high) if end is not None]
    lanes = tuple(_batch(size) for size in matrices.batch_sizes(report))
    style = Style(
        unit=Unit.SECONDS,
        bounds=charts.bounds(ends),
        lanes=lanes,
        width=NARROW,
        extent=charts.extent([place(row.record.cell) for row in rows]),
    )

    def chart(model: str) -> Chart:
        points = [_timed(row) for row in rows if row.record.cell.model == model]
        title = f"{model}: median time of a call and its interval"
        wide = WIDE if len(models) == 1 else None
        return charts.dots(points, style, caption=model, title=title, wide=wide)

    return Figure(
        charts=tuple(map(chart, models)),
        legend=charts.legend(lanes),
        hint="Median time of a call and its 95 % interval, on one log scale for every model. An "
        "interval that does not show is narrower than its mark.",
    )


def tradeoff(report: Report) -> Figure:
    """Return three charts with the same rows: size, time and error of each artifact."""
    rows = report.tradeoffs
    if not rows:
        return Figure(charts=())
    sizes = [(row.size_bytes, units.size(row.size_bytes)) for row in rows]
    times = [(row.median_s, units.seconds(row.median_s)) for row in rows]
    shares = [(row.share, units.share(row.share)) for row in rows]
    return Figure(
        charts=(
            _measure(report, "Size", Unit.BYTES, sizes),
            _measure(report, "Time of a call, smallest batch", Unit.SECONDS, times),
            _measure(report, "Error, of the tolerance", Unit.SHARE, shares, limit=1.0),
        ),
        legend=charts.legend(_runtimes(report)),
        hint="Further left is smaller, faster, closer to the original. Log scales; the dashed line "
        "is the tolerance.",
    )


def _runtimes(report: Report) -> tuple[str, ...]:
    """Return the lanes of the trade-off charts: the runtimes, where there are several models."""
    models = {row.cell.model for row in report.tradeoffs}
    places = dict.fromkeys(place(row.cell) for row in report.tradeoffs)
    return tuple(places) if len(models) > 1 else ()


def _measure(
    report: Report,
    caption: str,
    unit: Unit,
    values: Sequence[tuple[float, str]],
    limit: float | None = None,
) -> Chart:
    """One measure: a row for each model; for a single model, a row for each runtime."""
    places = _runtimes(report)
    rows = report.tradeoffs

    def row(of: Tradeoff) -> str:
        return of.cell.model if places else place(of.cell)

    points = [
        Point(
            row=row(of),
            lane=place(of.cell) if places else "",
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
    return charts.dots(points, style, caption=caption)


def _timed(row: Timed) -> Point:
    """A timing's mark; what did not pass has none and says its status instead."""
    status, median = row.record.status, row.median
    passed = median if status == Status.PASS else None
    value, low, high = (passed.value, passed.low, passed.high) if passed else (None, None, None)
    return Point(
        row=place(row.record.cell),
        lane=_batch(row.record.cell.batch_size),
        value=value,
        low=low,
        high=high,
        label=units.seconds(passed.value) if passed else str(MARKS[status]),
    )


def _batch(size: int | None) -> str:
    return "batch not fixed" if size is None else f"batch {size}"
