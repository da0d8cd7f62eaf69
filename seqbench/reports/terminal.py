"""The report at the end of a run: failures on top, then verdicts and latencies."""

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seqbench.core.record import Status
from seqbench.reports import compiled, details, matrices, precision, problems, tables
from seqbench.reports.rows import Report, headline

STYLES = {
    Status.PASS: "green",
    Status.FAIL: "bold red",
    Status.ERROR: "bold magenta",
    Status.UNSUPPORTED: "yellow",
    Status.UNAVAILABLE: "dim",
}


def terminal(report: Report) -> Group:
    """Return what rich prints; texts from records are never read as rich's markup."""
    parts: list[RenderableType] = []
    for failure in report.failures:
        parts += [*_failure(failure), Text()]
    shown = [
        matrices.verdicts(report, brief=True),
        *(matrices.latencies(report, size) for size in matrices.batch_sizes(report)),
        details.training_summary(report),
        matrices.sizes(report),
        precision.table(report),
        compiled.summary(report),
    ]
    for table in shown:
        parts += [_table(table), Text()] if table.rows else []
    for missing in report.missing:
        names = ", ".join(missing.names)
        parts.append(_status(Status.UNAVAILABLE) + Text(f" {names}: {missing.reason}"))
    return Group(*parts, _headline(report))


def _failure(failure: problems.Failure) -> list[RenderableType]:
    cells = "; ".join(map(problems.doing, failure.cells))
    head = Text.assemble(_status(failure.status), " ", (failure.model, "bold"), f": {cells}")
    body = [Text(failure.reason), *(Text(line, style="cyan") for line in failure.commands)]
    return [head, *(Padding(part, (0, 0, 0, 2)) for part in body)]


def _table(table: tables.Table) -> RenderableType:
    shown = Table(
        title=Text(table.caption, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    shown.add_column(Text("Model"), no_wrap=True, overflow="fold")
    for column in table.columns:
        name = Text(column.name.replace("-", "-\n").replace(" · ", "\n"))
        side = "right" if column.number else "left"
        shown.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type] # a literal
    for row in table.rows:
        shown.add_row(Text(row.model), *map(_item, row.items))
    return shown


def _item(item: tables.Item) -> Text:
    status = _status(item.status) if item.status else Text()
    spaced = " " if item.status and item.text else ""
    sub = ("\n" if item.text or item.status else "") + item.sub if item.sub else ""
    return Text.assemble(status, spaced, item.text, (sub, "dim"))


def _status(status: Status) -> Text:
    return Text(f"{tables.GLYPHS[status]} {status}", style=STYLES[status])


def _headline(report: Report) -> Text:
    if report.failures:
        return Text(headline(report), style=STYLES[report.failures[0].status])
    passed = report.counts[Status.PASS]
    return Text(headline(report), style="bold green" if passed else STYLES[Status.UNAVAILABLE])
