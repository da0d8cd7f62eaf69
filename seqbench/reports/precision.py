"""Reduced precision: each variant beside its plain artifact, in size, speed, error and metrics."""

from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import PLAIN, Cell
from seqbench.reports.cells import MARKS
from seqbench.reports.document import Item, Table
from seqbench.reports.fields import Field, number, tabulate, text
from seqbench.reports.measured import artifact_of, place_of
from seqbench.reports.rows import Report


def tabulate_variants(report: Report) -> Table:
    """Return a line for each variant in each runtime, the plain artifact's first."""
    sizes = {artifact_of(record.cell): record.size_bytes for record in report.exports}
    medians: dict[Cell, float | None] = {}
    for timed in sorted(report.latencies, key=lambda row: row.record.cell.batch_size or 0):
        median = timed.median.value if timed.median else None
        medians.setdefault(place_of(timed.record.cell), median)
    judged = {place_of(row.record.cell): row.record for row in report.verdicts}
    reduced = {_plain(cell) for cell in judged if cell.variant != PLAIN}
    models = list(dict.fromkeys(cell.model for cell in judged))

    def runtime(cell: Cell) -> Item:
        return Item(text=cell.runtime or "", sub="" if cell.device == "cpu" else cell.device)

    def size(cell: Cell) -> Item:
        return _beside(
            sizes.get(artifact_of(cell)), sizes.get(artifact_of(_plain(cell))), units.size
        )

    def median_s(cell: Cell) -> Item:
        return _beside(medians.get(cell), medians.get(_plain(cell)), units.seconds)

    def noise(cell: Cell) -> str:
        found = judged[cell].details.get("snr_db")
        return units.NOTHING if found is None else f"{float(found):.1f} dB"

    def agreement(cell: Cell) -> str:
        found = judged[cell].details.get("agreement")
        return units.NOTHING if found is None else f"{found * 100:.4g} %"

    def held_out(cell: Cell) -> Item:
        found, own = judged[cell].metrics, judged[cell].details.get("own_metrics", {})
        written = ", ".join(f"{name} {units.metric(value)}" for name, value in found.items())
        sub = f"fp32: {', '.join(map(units.metric, own.values()))}" if own else ""
        return Item(text=written or units.NOTHING, sub=sub)

    fields: tuple[Field[Cell], ...] = (
        text("Runtime", runtime),
        text("Variant", lambda cell: cell.variant),
        text("Result", lambda cell: Item(mark=MARKS[judged[cell].status])),
        number("Size", size),
        number("Median", median_s),
        number("Signal to noise", noise),
        number("Same class", agreement),
        text("Held-out", held_out),
    )
    shown = sorted(judged, key=lambda cell: models.index(cell.model))
    return tabulate(
        "Size and median of a call (smallest batch), and of the plain artifact's; error on "
        "held-out data against the model's own outputs",
        fields,
        [(cell.model, cell) for cell in shown if _plain(cell) in reduced],
    )


def _beside(value: float | None, plain: float | None, written: units.Written) -> Item:
    """A value, and under it its ratio to the plain artifact's."""
    ratio = units.times(value / plain) if value and plain and value != plain else ""
    return Item(text=written(value), sub=ratio)


def _plain(cell: Cell) -> Cell:
    return replace(cell, variant=PLAIN)
