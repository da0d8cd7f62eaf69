"""The report as one self-contained HTML page."""

from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from seqbench.core import units
from seqbench.core.record import Status
from seqbench.reports import (
    charts,
    compiled,
    details,
    matrices,
    panels,
    precision,
    problems,
    tables,
)
from seqbench.reports.rows import Report, headline


def html(report: Report) -> str:
    """Return the page; it opens from disk, runs no script and loads nothing."""
    pages = Environment(
        loader=PackageLoader("seqbench", "reports"), autoescape=True, undefined=StrictUndefined
    )
    pages.filters |= {"doing": problems.doing, "breakable": _breakable}
    reduced = precision.table(report)
    return pages.get_template("page.html.j2").render(
        report=report,
        headline=headline(report),
        outcome=_outcome(report),
        started=units.moment(report.started_at),
        elapsed=units.duration(report.elapsed_s),
        sections=_sections(report, reduced),
        by_model=_by_model,
        verdicts=matrices.verdicts(report),
        verdict_table=details.verdicts(report),
        precision=reduced,
        latency_panels=panels.latency(report),
        latency_legend=_legend(panels.lanes(report)),
        latency_table=details.latencies(report),
        training=details.training(report),
        tradeoff_panels=panels.tradeoff(report),
        tradeoff_legend=_legend(panels.runtimes(report)),
        exports=details.exports(report),
        compiled=compiled.table(report),
    )


def _outcome(report: Report) -> Status:
    """The status whose shape and colour the headline has."""
    if report.failures:
        return report.failures[0].status
    return Status.PASS if report.counts[Status.PASS] else Status.UNAVAILABLE


def _sections(report: Report, reduced: tables.Table) -> list[tuple[str, str]]:
    there = (
        ("failures", "What did not pass", report.failures),
        ("verdicts", "Verdicts", report.verdicts),
        ("precision", "Reduced precision", reduced.rows),
        ("latency", "Latency", report.latencies),
        ("training", "Training", report.training),
        ("size", "Size, speed, error", report.exports),
        ("compiled", compiled.TITLE, report.compiled),
        ("machine", "The machine", report.machine or report.missing),
    )
    return [(anchor, title) for anchor, title, rows in there if rows]


def _by_model(table: tables.Table) -> list[tuple[str, list[tables.Row]]]:
    return [(model, list(rows)) for model, rows in groupby(table.rows, lambda row: row.model)]


def _breakable(name: str) -> Markup:
    """Let a narrow column break a long name after its underscores."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _legend(lanes: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """What each mark stands for: its shape, its colour and its name."""
    count = len(charts.MARKS)
    return [
        (charts.MARKS[i % count], charts.COLOURS[i % count], lane) for i, lane in enumerate(lanes)
    ]
