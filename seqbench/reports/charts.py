"""Dot charts, and what all charts have in common: marks, colours and axes."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum

from seqbench.core import units
from seqbench.reports.document import Chart, Key, Spec

COLOURS = ("#2f81d0", "#d9731a", "#1f9e77", "#a55eb8", "#b8871b", "#5d8698", "#d0527c")
"""Of the lanes in turn; apart for the colour-blind, and seen on light and on dark."""

SHAPES = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down", "triangle-right")
"""Of the lanes in turn, so that nothing hangs on the colour."""

MARKS = ("●", "◆", "■", "▲", "✚", "▼", "▶")
"""The same shapes as characters, for a legend."""

LETTER = 7.4
"""Width of a letter in a generous font of the charts' size, pixels."""

LEAST, MOST = 1e-12, 1e12
"""No axis goes further, whatever a broken artifact's error is."""

Bounds = tuple[float, float]


class Unit(Enum):
    """What an axis counts: a Vega expression that writes its ticks."""

    SECONDS = (
        "datum.value > 0.9 ? format(datum.value, '~r') + ' s'"
        " : datum.value > 0.9e-3 ? format(datum.value * 1e3, '~r') + ' ms'"
        " : datum.value > 0.9e-6 ? format(datum.value * 1e6, '~r') + ' µs'"
        " : format(datum.value * 1e9, '~r') + ' ns'"
    )
    BYTES = (
        "datum.value >= 1073741824 ? format(datum.value / 1073741824, '~r') + ' GiB'"
        " : datum.value >= 1048576 ? format(datum.value / 1048576, '~r') + ' MiB'"
        " : datum.value >= 1024 ? format(datum.value / 1024, '~r') + ' KiB'"
        " : format(datum.value, '~r') + ' B'"
    )
    SHARE = (
        f"datum.value > 9 ? format(datum.value, '~s') + '{units.TIMES}'"
        " : format(datum.value * 100, '~r') + ' %'"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One mark.

    Attributes:
        row: the name of its row, left of the plot.
        lane: what its colour and shape stand for; the lanes of a row lie under each other.
        value: where it is; None where there is only the label.
        low: lower end of its interval, None without one.
        high: upper end of its interval, None without one.
        label: the value in words.

    """

    row: str
    lane: str
    value: float | None
    low: float | None = None
    high: float | None = None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a chart is drawn, the same for all that stand beside each other.

    Attributes:
        unit: what the axis counts.
        bounds: the ends of the axis, logarithmic, both above zero.
        lanes: all lanes, which choose colours and shapes.
        width: of the plot without what stands left and right of it, pixels.
        extent: room for the rows' names, pixels.
        lane_height: pixels.
        labelled: the points' labels are written right of the plot.
        limit: a value marked by a dashed line, None without one.

    """

    unit: Unit
    bounds: Bounds
    lanes: tuple[str, ...]
    width: int
    extent: int
    lane_height: int = 17
    labelled: bool = True
    limit: float | None = None


def dots(
    points: Sequence[Point], style: Style, *, caption: str, title: str = "", wide: int | None = None
) -> Chart:
    """Return a chart.

    Args:
        points: its marks.
        style: how it is drawn.
        caption: what stands over it.
        title: what a screen reader says before the points' labels; else the caption.
        wide: the plot's width in pixels where the chart stands alone in a wide window.

    """
    said = "; ".join(
        f"{point.row}{f', {point.lane}' if point.lane else ''}: {point.label}" for point in points
    )
    return Chart(
        caption=caption,
        label=f"{title or caption}. {said}",
        spec=_dots(points, style),
        wide=_dots(points, replace(style, width=wide)) if wide else None,
    )


def _dots(points: Sequence[Point], style: Style) -> Spec:
    import altair as alt

    low, high = style.bounds
    values = [
        {**asdict(point), "at": None if point.value is None else min(max(point.value, low), high)}
        for point in points
    ]
    there = {point.lane for point in points}
    lanes = list(style.lanes)
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=alt.Axis(
            values=ticks(style.bounds, style.unit, style.width // 45),
            labelExpr=style.unit.value,
            labelOverlap=False,
        ),
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(
        y=alt.Y(
            "row:N",
            sort=list(dict.fromkeys(point.row for point in points)),
            title=None,
            scale=alt.Scale(paddingInner=0.3, paddingOuter=0.15),
            axis=alt.Axis(grid=False, minExtent=style.extent, maxExtent=style.extent),
        ),
        yOffset=alt.YOffset("lane:N", sort=[lane for lane in lanes if lane in there]),
        color=alt.Color(
            "lane:N", legend=None, scale=alt.Scale(domain=lanes, range=turn(COLOURS, lanes))
        ),
    )
    placed = base.transform_filter("isValid(datum.at)")
    shape = alt.Shape(
        "lane:N", legend=None, scale=alt.Scale(domain=lanes, range=turn(SHAPES, lanes))
    )
    layers = [
        placed.transform_filter("isValid(datum.low)")
        .transform_calculate(at="datum.low")
        .mark_rule(strokeWidth=4, opacity=0.45)
        .encode(x=x, x2="high:Q"),
        placed.mark_point(filled=True, size=42, opacity=1).encode(x=x, shape=shape),
    ]
    if style.labelled:
        words = base.mark_text(align="left", baseline="middle")
        colour = alt.value("currentColor")
        layers.append(words.encode(text="label:N", x=alt.value(style.width + 8), color=colour))
    if style.limit is not None:
        limit = alt.Chart(alt.InlineData(values=[{"at": style.limit}]))
        layers.append(
            limit.mark_rule(color="currentColor", strokeDash=[4, 3], opacity=0.7).encode(x=x)
        )
    chart = alt.layer(*layers).properties(width=style.width, height=alt.Step(style.lane_height))
    return chart.to_dict()


def legend(lanes: Sequence[str]) -> tuple[Key, ...]:
    """Return what the marks of a chart's lanes stand for."""
    looks = zip(turn(MARKS, lanes), turn(COLOURS, lanes), lanes, strict=True)
    return tuple(Key(glyph=glyph, colour=colour, name=name) for glyph, colour, name in looks)


def bounds(values: Sequence[float]) -> Bounds:
    """Return the ends of a log axis with some air around positive values; one to ten without."""
    positive = [min(max(value, LEAST), MOST) for value in values if 0 < value < math.inf]
    if not positive:
        return (1.0, 10.0)
    low, high = min(positive), max(positive)
    air = max((high / low) ** 0.05, 1.25)
    return (low / air, high * air)


def extent(names: Sequence[str]) -> int:
    """Return the room that the longest of the names takes, pixels."""
    return round(LETTER * max(map(len, names), default=0)) + 8


def ticks(ends: Bounds, unit: Unit, most: int) -> list[float]:
    """Return at most `most` round numbers: powers of ten, on a short axis also steps between.

    Sizes go by 1, 10 and 100 of each unit.
    """
    low, high = ends
    starts = [10.0**e for e in range(-12, 12)]
    if unit is Unit.BYTES:
        starts = [10.0**e * 1024.0**i for i in range(4) for e in range(3)]
    whole = [value for value in starts if low <= value <= high]
    if len(whole) < 3:
        steps = (1, 2, 5)
        whole = [value * step for value in starts for step in steps if low <= value * step <= high]
    return whole[:: max(math.ceil(len(whole) / most), 1)]


def turn(options: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return one option for each that is wanted, in turn; who shares a colour differs in shape."""
    count, shift = len(options), options is not COLOURS
    return [options[(i + shift * (i // count)) % count] for i in range(len(wanted))]
