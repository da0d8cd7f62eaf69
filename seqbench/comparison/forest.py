"""A comparison as a page: a forest plot of ratios with their intervals, then the table."""

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from seqbench.comparison import tables
from seqbench.comparison.runs import Comparison
from seqbench.comparison.verdicts import Verdict
from seqbench.reports import charts

if TYPE_CHECKING:
    from collections.abc import Sequence

COLOURS = {
    Verdict.WORSE: "#d0527c",
    Verdict.INCONCLUSIVE: "#b8871b",
    Verdict.BETTER: "#1f9e77",
    Verdict.SAME: "#5d8698",
}
"""Apart for the colour-blind, as `charts.COLOURS`."""

WIDEST = 2.0
"""Intervals are drawn up to this ratio and its inverse: one wide one must not hide the others."""


def html(comparison: Comparison) -> str:
    """Return the page; it opens from disk, runs no script and loads nothing."""
    pages = Environment(
        loader=PackageLoader("seqbench", "comparison"), autoescape=True, undefined=StrictUndefined
    )
    found = list(tables.rows(comparison))
    timed = [row for row in found if row.aspect.ratio is not None]
    return pages.get_template("page.html.j2").render(
        comparison=comparison,
        headline=tables.headline(comparison),
        rule=tables.rule(comparison),
        rows=found,
        heads=tables.HEADS,
        plot=forest(timed, comparison.min_effect) if timed else "",
    )


def forest(rows: "Sequence[tables.Row]", min_effect: float) -> str:
    """Return the plot as SVG: a line for each time, the minimum effect as a band around 1."""
    import altair as alt

    def shown(value: float) -> float:
        return min(max(value, 1 / WIDEST), WIDEST)

    values = [
        {
            "cell": row.cell,
            "verdict": row.aspect.verdict,
            "low": shown(ratio.low),
            "ratio": shown(ratio.ratio),
            "high": shown(ratio.high),
        }
        for row in rows
        if (ratio := row.aspect.ratio) is not None
    ]
    ratios = [row.aspect.ratio for row in rows if row.aspect.ratio is not None]
    ends = [shown(max(ratio.high, 1 / ratio.low)) for ratio in ratios]
    most = max([1 + 2 * min_effect, *ends])
    x = alt.X(
        "low:Q",
        title="head / base",
        scale=alt.Scale(type="log", domain=[1 / most, most], nice=False),
        axis=alt.Axis(format=".3~f", tickCount=6),
    )
    y = alt.Y("cell:N", sort=None, title=None, axis=alt.Axis(grid=False))
    colour = alt.Color(
        "verdict:N",
        legend=None,
        scale=alt.Scale(domain=[*map(str, COLOURS)], range=[*COLOURS.values()]),
    )
    base = alt.Chart(alt.InlineData(values=values)).encode(y=y, color=colour)
    band = alt.Chart(alt.InlineData(values=[{"low": 1 / (1 + min_effect), "high": 1 + min_effect}]))
    one = alt.Chart(alt.InlineData(values=[{"low": 1}]))
    chart = alt.layer(
        band.mark_rect(color="currentColor", opacity=0.08).encode(x=x, x2="high:Q"),
        one.mark_rule(color="currentColor", strokeDash=[4, 3], opacity=0.6).encode(x=x),
        base.mark_rule(strokeWidth=3, opacity=0.6).encode(x=x, x2="high:Q"),
        base.transform_calculate(low="datum.ratio")
        .mark_point(filled=True, size=48, opacity=1)
        .encode(x=x),
    ).properties(width=420, height=alt.Step(20))
    said = "; ".join(f"{row.cell}: {row.ratio}, {row.aspect.verdict}" for row in rows)
    return charts.svg(chart, f"Ratios of head to base. {said}")
