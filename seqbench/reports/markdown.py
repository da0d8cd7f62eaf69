"""The report as GitHub Markdown, from the same tables as the page."""

import re
from collections.abc import Iterable

from seqbench.core import units
from seqbench.reports import compiled, details, matrices, precision, problems, tables
from seqbench.reports.rows import Report, headline

_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_LEADING = re.compile(r"^(\s*)(?=[-+](?:\s|-|$)|#+(?:\s|$)|=|\d{1,9}[.)](?:\s|$))(\d*)")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def markdown(report: Report) -> str:
    """Return the report as Markdown; what records say is escaped."""
    parts = [f"# {escape(report.run_name)}", f"**{escape(headline(report))}**", _counts(report)]
    parts += _failures(report.failures)
    shown = (
        ("Verdicts", (matrices.verdicts(report), details.verdicts(report))),
        ("Reduced precision", (precision.table(report),)),
        ("Latency", (details.latencies(report),)),
        ("Training", (details.training(report),)),
        ("Exports", (details.exports(report),)),
        (compiled.TITLE, (compiled.table(report),)),
    )
    for title, found in shown:
        rows = [part for table in found if table.rows for part in _table(table)]
        parts += [f"## {title}", *rows] if rows else []
    parts += _machine(report)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, also within a table."""
    plain = _MARKUP.sub(r"\\\1", text.translate(_ENTITIES))
    return "<br>".join(_LEADING.sub(r"\1\2\\", line) for line in plain.split("\n"))


def fenced(text: str) -> str:
    """Return a block in which nothing is markup, whatever the text holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _counts(report: Report) -> str:
    counts = " · ".join(
        f"{tables.GLYPHS[status]} {count} {status}" for status, count in report.counts.items()
    )
    return f"{counts}\n\nStarted {escape(units.moment(report.started_at))}"


def _failures(failures: Iterable[problems.Failure]) -> list[str]:
    parts = []
    for failure in failures:
        title = f"{tables.GLYPHS[failure.status]} {failure.status}: {escape(failure.model)}"
        cells = "; ".join(map(problems.doing, failure.cells))
        parts += [f"### {title}", escape(cells), fenced(failure.reason), "Repeat:"]
        parts.append(fenced("\n".join(failure.commands)))
    return ["## What did not pass", *parts] if parts else []


def _table(table: tables.Table) -> list[str]:
    heads = ["Model", *(_both(column.name, column.sub) for column in table.columns)]
    rules = ["---", *("---:" if column.number else "---" for column in table.columns)]
    rows = [[escape(row.model), *map(_item, row.items)] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in (heads, rules, *rows)]
    return [escape(table.caption), "\n".join(lines)]


def _item(item: tables.Item) -> str:
    status = f"{tables.GLYPHS[item.status]} {item.status}" if item.status else ""
    return _both(" ".join(filter(None, (status, item.text))), item.sub)


def _both(text: str, sub: str) -> str:
    if not sub:
        return escape(text)
    return f"{escape(text)}<br>{escape(sub)}" if text else escape(sub)


def _machine(report: Report) -> list[str]:
    lines = [
        f"- ○ unavailable: {escape(', '.join(missing.names))} ({missing.cells} cells): "
        f"{escape(missing.reason)}"
        for missing in report.missing
    ]
    lines += [
        f"- {escape(' '.join(filter(None, (fact.group, fact.name))))}: {escape(fact.value)}"
        for fact in report.machine
    ]
    return ["## The machine", "\n".join(lines)] if lines else []
