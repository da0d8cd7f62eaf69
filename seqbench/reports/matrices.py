"""The report at a glance: one row for each model, one column for each place where it ran.

Variants in reduced precision have a table of their own (`seqbench.reports.precision`).
"""

from collections.abc import Iterable
from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import PLAIN, Record, Status
from seqbench.reports.cells import MARKS, doubts, place
from seqbench.reports.document import Column, Item, Row, Table
from seqbench.reports.measured import Timed, Verdict, software_gpu
from seqbench.reports.rows import Report

SEVERITY = (Status.FAIL, Status.ERROR, Status.UNSUPPORTED, Status.UNAVAILABLE, Status.PASS)
"""Where several cells share a place in a matrix, it shows the first of these."""


def verdicts(report: Report, *, brief: bool = False) -> Table:
    """Return model x runtime: status, and the error out of its tolerance (if `brief`, a share)."""

    def item(row: Verdict) -> Item:
        text = units.share(row.share) if brief and row.share is not None else ""
        sub = "" if brief else _error(row.record)
        return Item(mark=MARKS[row.record.status], text=text, sub=sub, share=row.share)

    found = [(row.record, item(row)) for row in report.verdicts]
    if brief:
        return _matrix("Verdicts: the error as a part of its tolerance", found)
    caption = "Does each export still give the right numbers? The error, of the tolerance allowed"
    bars = "The bar is the error's part of the tolerance."
    return replace(_matrix(caption, found), bars=bars)


def latencies(report: Report, batch_size: int | None) -> Table:
    """Return model x runtime: the median of a call at one batch size."""
    batch = "" if batch_size is None else f", batch {batch_size}"
    found = (
        (row.record, _timed(row))
        for row in report.latencies
        if row.record.cell.batch_size == batch_size
    )
    return _matrix(f"Median time of a call{batch}", found, number=True)


def sizes(report: Report) -> Table:
    """Return model x format: the artifact's size."""
    found = ((it, _passed(it, units.size(it.size_bytes))) for it in report.exports)
    return _matrix("Size of the artifact", found, number=True)


def batch_sizes(report: Report) -> tuple[int | None, ...]:
    """Return the batch sizes timed, the smallest first."""
    sizes = {row.record.cell.batch_size for row in report.latencies}
    return tuple(sorted(sizes, key=lambda size: size or 0))


def _matrix(caption: str, found: Iterable[tuple[Record, Item]], *, number: bool = False) -> Table:
    """Return a table of records' items; where some share a place, of the worst."""
    plain = [(record, item) for record, item in found if record.cell.variant == PLAIN]
    places = dict.fromkeys(map(_where, (record for record, _ in plain)))
    rows: dict[str, dict[tuple[str, str], Item]] = {}
    # The worst come last, and so stay.
    for record, item in sorted(plain, key=_badness):
        rows.setdefault(record.cell.model, {})[_where(record)] = item
    return Table(
        caption=caption,
        columns=tuple(Column(name=name, sub=target, number=number) for name, target in places),
        rows=tuple(
            Row(
                name=model,
                items=tuple(rows[model].get(where, Item(text=units.NOTHING)) for where in places),
            )
            for model in dict.fromkeys(record.cell.model for record, _ in plain)
        ),
    )


def _where(record: Record) -> tuple[str, str]:
    return place(record.cell), record.cell.target or ""


def _badness(seen: tuple[Record, Item]) -> tuple[int, float]:
    record, item = seen
    return -SEVERITY.index(record.status), item.share or 0


def _passed(record: Record, value: str) -> Item:
    """A value of what passed, else the status."""
    if record.status is Status.PASS:
        return Item(text=value)
    return Item(mark=MARKS[record.status])


def _timed(row: Timed) -> Item:
    """The median, with what makes it doubtful; a GPU that is software has none."""
    if software_gpu(row.record) and row.record.status is Status.PASS:
        return Item(sub="software GPU")
    value = units.seconds(row.median.value if row.median else None)
    return replace(_passed(row.record, value), sub=doubts(row.record))


def _error(record: Record) -> str:
    if record.max_abs_error is None:
        return ""
    return f"{units.error(record.max_abs_error)} of {units.error(record.tolerance)}"
