import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.reports import charts
from seqbench.reports.charts import Point, Style, Unit
from seqbench.reports.html import draw_svg

STYLE = Style(
    unit=Unit.SECONDS,
    bounds=(1e-5, 0.0999),
    lanes=("batch 1", "batch 32"),
    width=185,
    extent=90,
)
POINTS = [
    Point(row="keras", lane="batch 1", value=3e-4, low=1e-4, high=9e-4, label="300 µs"),
    Point(row="keras", lane="batch 32", value=3e-3, label="3.00 ms"),
    Point(row="a<script>&", lane="batch 1", value=None, label="▲ error"),
]


def drawn(points: list[Point] = POINTS, style: Style = STYLE, title: str = "t") -> str:
    chart = charts.dots(points, style, caption="c", title=title)
    return draw_svg(chart.spec, chart.label)


def test_a_chart_holds_its_marks_its_words_and_what_a_screen_reader_says() -> None:
    svg = drawn(title="m: times")
    texts = re.findall(r"<text[^>]*>([^<]*)", svg)
    wanted = {"keras", "300 µs", "3.00 ms", "▲ error", "10 µs", "100 µs", "1 ms", "10 ms"}
    assert wanted <= set(texts)
    assert 'aria-label="m: times. keras, batch 1: 300 µs; keras, batch 32: 3.00 ms; ' in svg
    for colour in charts.COLOURS[:2]:
        assert f'fill="{colour}"' in svg


def test_an_interval_is_drawn_from_its_low_to_its_high_end() -> None:
    svg = drawn()
    ((left, length),) = re.findall(
        r'mark-rule role-mark.*?translate\(([\d.]+),[\d.]+\)" x2="([\d.]+)"', svg
    )
    decade = 185 / 4
    assert float(left) == pytest.approx(decade, abs=0.6)
    assert float(length) == pytest.approx(0.954 * decade, abs=0.6)


def test_texts_are_escaped_and_nothing_is_loaded() -> None:
    svg = drawn(title='m" onload="x <b>')
    assert "<script" not in svg
    assert "a&lt;script&gt;&amp;" in svg
    assert 'onload="' not in svg
    assert not re.search(r"href|url\(|https?:|<image|<style", svg)


def test_text_has_the_colour_of_the_page() -> None:
    svg = drawn()
    fills = re.findall(r'<text[^>]*fill="([^"]*)"', svg)
    assert fills
    assert set(fills) == {"currentColor"}


def test_points_beyond_the_axis_stand_at_its_end() -> None:
    far = [
        Point(row="r", lane="", value=0.0, label="0"),
        Point(row="s", lane="", value=9, label="9"),
    ]
    style = Style(
        unit=Unit.SHARE, bounds=(0.1, 1), lanes=("",), width=100, extent=20, labelled=False, limit=1
    )
    svg = drawn(far, style)
    assert "NaN" not in svg
    assert re.findall(r'transform="translate\((0|100),[\d.]+\)" d="', svg) == ["0", "100"]


@given(st.floats(1e-9, 1e3), st.floats(1.0, 1e9), st.integers(2, 9), st.sampled_from(Unit))
def test_an_axis_has_few_ticks_within_its_bounds(
    low: float, ratio: float, most: int, unit: Unit
) -> None:
    bounds = charts.bounds([low, low * ratio])
    found = charts.ticks(bounds, unit, most)
    assert len(found) <= most
    assert all(bounds[0] <= tick <= bounds[1] for tick in found)


@given(st.lists(st.floats()))
def test_bounds_hold_every_positive_number(values: list[float]) -> None:
    low, high = charts.bounds(values)
    assert 0 < low < high


def test_bounds_leave_air() -> None:
    assert charts.bounds([1.0, 1.0]) == (0.8, 1.25)
    assert charts.bounds([]) == (1.0, 10.0)
