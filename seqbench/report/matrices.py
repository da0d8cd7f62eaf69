"""The report at a glance: one row for each model, one column for each place where it ran.

Variants in reduced precision have a table of their own (`seqbench.report.precision`).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from seqbench import units
from seqbench.record import PLAIN, Cell, Record, Status
from seqbench.report.cells import MARKS, place
from seqbench.report.document import Column, Item, Row, Table
from seqbench.report.measured import Timed, Verdict
from seqbench.report.rows import Report

SEVERITY = (Status.FAIL, Status.ERROR, Status.UNSUPPORTED, Status.UNAVAILABLE, Status.PASS)
"""Where several cells share a place in a matrix, it shows the first of these."""

Found = TypeVar("Found")


def verdicts(report: Report, *, brief: bool = False) -> Table:
    """Return model x runtime: status, and the error out of its tolerance (if `brief`, a share)."""

    def item(rows: Sequence[Verdict]) -> Item:
        row = min(rows, key=lambda row: (SEVERITY.index(row.record.status), -(row.share or 0)))
        status = row.record.status
        if brief:
            return Item(
                mark=MARKS[status], text="" if row.share is None else units.share(row.share)
            )
        return Item(mark=MARKS[status], sub=_of_tolerance(row), share=row.share)

    found = [(row.record.cell, row) for row in report.verdicts]
    if brief:
        return _matrix("Verdicts: the error as a part of its tolerance", found, item)
    caption = "Does each export still give the right numbers? The error, of the tolerance allowed"
    bars = "The bar is the error's part of the tolerance."
    return replace(_matrix(caption, found, item), bars=bars)


def latencies(report: Report, batch_size: int | None) -> Table:
    """Return model x runtime: the median of a call at one batch size."""

    def item(rows: Sequence[Timed]) -> Item:
        row = min(rows, key=lambda row: SEVERITY.index(row.record.status))
        status = row.record.status
        if status == Status.PASS:
            return Item(text=units.seconds(row.median.value if row.median else None))
        return Item(mark=MARKS[status])

    batch = "" if batch_size is None else f", batch {batch_size}"
    rows = [row for row in report.latencies if row.record.cell.batch_size == batch_size]
    return _matrix(
        f"Median time of a call{batch}", [(row.record.cell, row) for row in rows], item, number=True
    )


def sizes(report: Report) -> Table:
    """Return model x format: the artifact's size."""

    def item(records: Sequence[Record]) -> Item:
        record = min(records, key=lambda record: SEVERITY.index(record.status))
        if record.status == Status.PASS:
            return Item(text=units.size(record.size_bytes))
        return Item(mark=MARKS[record.status])

    return _matrix(
        "Size of the artifact",
        [(record.cell, record) for record in report.exports],
        item,
        number=True,
    )


def batch_sizes(report: Report) -> tuple[int | None, ...]:
    """Return the batch sizes timed, the smallest first."""
    sizes = {row.record.cell.batch_size for row in report.latencies}
    return tuple(sorted(sizes, key=lambda size: size or 0))


def _matrix(
    caption: str,
    found: Sequence[tuple[Cell, Found]],
    item: Callable[[Sequence[Found]], Item],
    *,
    number: bool = False,
) -> Table:
    found = [(cell, row) for cell, row in found if cell.variant == PLAIN]
    places = dict.fromkeys((place(cell), cell.target or "") for cell, _ in found)
    models = dict.fromkeys(cell.model for cell, _ in found)
    at: dict[tuple[str, str, str], list[Found]] = {}
    for cell, row in found:
        at.setdefault((cell.model, place(cell), cell.target or ""), []).append(row)
    return Table(
        caption=caption,
        columns=tuple(Column(name=name, sub=target, number=number) for name, target in places),
        rows=tuple(
            Row(
                name=model,
                items=tuple(
                    item(at[model, *where]) if (model, *where) in at else Item(text=units.NOTHING)
                    for where in places
                ),
            )
            for model in models
        ),
    )


def _of_tolerance(row: Verdict) -> str:
    if row.record.max_abs_error is None:
        return ""
    return f"{units.error(row.record.max_abs_error)} of {units.error(row.record.tolerance)}"
