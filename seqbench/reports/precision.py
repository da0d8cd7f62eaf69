"""Reduced precision: each variant beside its plain artifact, in size, speed, error and metrics.

A criterion that was not asked is a dash with the reason, so that nobody takes it for kept.
"""

from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import PLAIN, Cell, Record
from seqbench.reports.cells import MARKS
from seqbench.reports.document import Item, Table
from seqbench.reports.fields import Field, number, tabulate, text
from seqbench.reports.measured import artifact_of, place_of
from seqbench.reports.rows import Report

NAMES = {
    "varying_db": "the signal about its mean",
    "agreement": "the same class",
    "metrics": "a metric",
}
"""What records call the criteria, in words; metrics have their own names."""


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

    shown = [cell for cell in judged if _plain(cell) in reduced]
    fields: tuple[Field[Cell], ...] = (
        text("Runtime", runtime),
        text("Variant", lambda cell: cell.variant),
        text("Result", lambda cell: Item(mark=MARKS[judged[cell].status])),
        # Where one given file was judged there is neither.
        *([number("Size", size)] if any(sizes.get(artifact_of(cell)) for cell in shown) else []),
        *([number("Median", median_s)] if any(medians.get(cell) for cell in shown) else []),
        text("Judged on", lambda cell: _judged_on(judged[cell])),
        number("Signal to noise", lambda cell: _noise(judged[cell])),
        number("Same class", lambda cell: _agreement(judged[cell])),
        text("Held-out", lambda cell: _held_out(judged[cell])),
    )
    return tabulate(
        "Reduced precision: the signal over the error's noise (and that of what varies in the "
        "outputs), on the worst of what it was judged on; size, and median of a call (smallest "
        "batch), beside the plain artifact's",
        fields,
        [(cell.model, cell) for cell in sorted(shown, key=lambda cell: models.index(cell.model))],
    )


def _noise(record: Record) -> Item:
    found, varying = (record.details.get(name) for name in ("snr_db", "varying_db"))
    if varying is None:
        return Item(text=_decibels(found), note=_not_asked(record, "varying_db"))
    return Item(text=_decibels(found), sub=f"({_decibels(varying)})")


def _agreement(record: Record) -> Item:
    found = record.details.get("agreement")
    return Item(text=units.percentage(found), note=_not_asked(record, "agreement"))


def _held_out(record: Record) -> Item:
    found, own = record.metrics, record.details.get("own_metrics", {})
    written = ", ".join(f"{name} {units.metric(value)}" for name, value in found.items())
    sub = f"fp32: {', '.join(map(units.metric, own.values()))}" if own else ""
    others = [name for name in record.details.get("not_asked", {}) if name not in NAMES]
    notes = [_not_asked(record, name) for name in ("metrics", *others)]
    return Item(text=written or units.NOTHING, sub=sub, note="; ".join(filter(None, notes)))


def _not_asked(record: Record, name: str) -> str:
    why = record.details.get("not_asked", {}).get(name)
    return f"{NAMES.get(name, name)} not asked: {why}" if why else ""


def _judged_on(record: Record) -> Item:
    kind = record.details.get("judged_on")
    if kind is None:
        return Item(text=units.NOTHING)
    return Item(text=kind, sub=f"{record.details['rows']} rows")


def _decibels(value: float | str | None) -> str:
    return units.NOTHING if value is None else f"{float(value):.1f} dB"


def _beside(value: float | None, plain: float | None, written: units.Written) -> Item:
    """A value, and under it its ratio to the plain artifact's."""
    ratio = units.times(value / plain) if value and plain and value != plain else ""
    return Item(text=written(value), sub=ratio)


def _plain(cell: Cell) -> Cell:
    return replace(cell, variant=PLAIN)
