"""A comparison as a picture: a forest plot of the ratios with their intervals."""

from seqbench.comparison.intervals import Interval
from seqbench.comparison.runs import Comparison
from seqbench.comparison.verdicts import Verdict
from seqbench.reports import cells
from seqbench.reports.document import Chart, Figure, Spec

COLOURS = {
    Verdict.WORSE: "#d0527c",
    Verdict.INCONCLUSIVE: "#b8871b",
    Verdict.BETTER: "#1f9e77",
    Verdict.SAME: "#5d8698",
}
"""Apart for the colour-blind, as `charts.COLOURS`."""

WIDEST = 2.0
"""Intervals are drawn up to this ratio and its inverse: one wide one must not hide the others."""

Line = tuple[str, Verdict, Interval]
"""A cell's name, the verdict on its time, and the ratio."""


def forest(comparison: Comparison) -> Figure:
    """Return the plot: a line for each time, the minimum effect as a band around 1."""
    lines: list[Line] = [
        (f"{compared.cell.model} {cells.title(compared.cell)}", aspect.verdict, aspect.ratio)
        for compared in comparison.cells
        for aspect in compared.aspects
        if aspect.ratio is not None
    ]
    if not lines:
        return Figure(charts=())
    said = "; ".join(
        f"{name}: {ratio.ratio:.3f} [{ratio.low:.3f}, {ratio.high:.3f}], {verdict}"
        for name, verdict, ratio in lines
    )
    label = f"Ratios of head to base. {said}"
    spec = _spec(lines, comparison.min_effect)
    hint = "The band is the minimum effect."
    return Figure(charts=(Chart(caption="", label=label, spec=spec),), hint=hint)


def _spec(lines: list[Line], min_effect: float) -> Spec:
    import altair as alt

    def shown(value: float) -> float:
        return min(max(value, 1 / WIDEST), WIDEST)

    values = [
        {
            "cell": name,
            "verdict": verdict,
            "low": shown(ratio.low),
            "ratio": shown(ratio.ratio),
            "high": shown(ratio.high),
        }
        for name, verdict, ratio in lines
    ]
    ends = [shown(max(ratio.high, 1 / ratio.low)) for _, _, ratio in lines]
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
    return chart.to_dict()
