"""Reduced precision: each variant beside its plain artifact, in size, speed, error and metrics."""

from collections.abc import Iterator

from seqbench import units
from seqbench.record import PLAIN, Cell, Record
from seqbench.report.cells import MARKS
from seqbench.report.document import Item, Row, Table, columns, numbers
from seqbench.report.measured import Timed
from seqbench.report.rows import Report

COLUMNS = (
    *columns("Runtime", "Variant", "Result"),
    *numbers("Size", "Median", "Signal to noise", "Same class"),
    *columns("Held-out"),
)


def table(report: Report) -> Table:
    """Return a line for each variant in each runtime, the plain artifact's first."""
    return Table(
        caption="Size and median of a call (smallest batch), and of the plain artifact's; error on "
        "held-out data against the model's own outputs",
        columns=COLUMNS,
        rows=tuple(_rows(report)),
    )


def _rows(report: Report) -> Iterator[Row]:
    sizes = {_made(record.cell): record.size_bytes for record in report.exports}
    timings: dict[Cell, Timed] = {}
    for timed in sorted(report.latencies, key=lambda row: row.record.cell.batch_size or 0):
        timings.setdefault(_where(timed.record.cell, timed.record.cell.variant), timed)
    judged = {
        _where(row.record.cell, row.record.cell.variant): row.record for row in report.verdicts
    }
    reduced = {_where(cell, PLAIN) for cell in judged if cell.variant != PLAIN}
    models = list(dict.fromkeys(cell.model for cell in judged))
    for cell, record in sorted(judged.items(), key=lambda pair: models.index(pair[0].model)):
        plain = _where(cell, PLAIN)
        if plain in reduced:
            yield Row(
                name=cell.model,
                items=(
                    Item(text=cell.runtime or "", sub="" if cell.device == "cpu" else cell.device),
                    Item(text=cell.variant),
                    Item(mark=MARKS[record.status]),
                    _beside(sizes.get(_made(cell)), sizes.get(_made(plain)), units.size),
                    _beside(_median(timings.get(cell)), _median(timings.get(plain)), units.seconds),
                    *_kept(record),
                ),
            )


def _kept(record: Record) -> tuple[Item, Item, Item]:
    """Signal to noise, agreement and metrics; under the metrics the model's own."""
    snr, agreement = record.details.get("snr_db"), record.details.get("agreement")
    own = record.details.get("own_metrics", {})
    metrics = ", ".join(f"{name} {units.metric(value)}" for name, value in record.metrics.items())
    model = ", ".join(units.metric(value) for value in own.values())
    return (
        Item(text=units.NOTHING if snr is None else f"{float(snr):.1f} dB"),
        Item(text=units.NOTHING if agreement is None else f"{agreement * 100:.4g} %"),
        Item(text=metrics or units.NOTHING, sub=f"fp32: {model}" if model else ""),
    )


def _beside(value: float | None, plain: float | None, written: units.Written) -> Item:
    """A value, and under it its ratio to the plain artifact's."""
    ratio = units.times(value / plain) if value and plain and value != plain else ""
    return Item(text=written(value), sub=ratio)


def _median(row: Timed | None) -> float | None:
    return row.median.value if row and row.median else None


def _where(cell: Cell, variant: str) -> Cell:
    """The place of an artifact in a runtime."""
    return Cell(
        model=cell.model,
        kind=cell.kind.VERIFY,
        target=cell.target,
        runtime=cell.runtime,
        device=cell.device,
        variant=variant,
    )


def _made(cell: Cell) -> tuple[str | None, ...]:
    return (cell.model, cell.target, cell.variant)
