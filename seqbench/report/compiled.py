"""What was compiled for chips that need not be here: compiles and fits, not a timing."""

from typing import Any

from seqbench import units
from seqbench.record import Kind, Record
from seqbench.report.cells import MARKS
from seqbench.report.document import Item, Row, Table, columns, numbers
from seqbench.report.rows import Report

TITLE = "Compiles and fits"

_PROGRAMS = {Kind.COMPILE: "inference", Kind.COMPILE_TRAIN: "training step"}

COLUMNS = (
    *columns("Chip", "Program"),
    *numbers("Batch"),
    *columns("Result"),
    *numbers("FLOPs", "Memory", "No faster than", "Compiled in"),
)


def table(report: Report) -> Table:
    """Return a line for each program and chip."""
    return Table(
        caption="Programs compiled for TPUs that are not here, so nothing ran. Memory: the largest "
        "at a time, and the chip's. No faster than: FLOPs over the chip's peak, or "
        "weights, inputs and outputs over its memory's speed",
        columns=COLUMNS,
        rows=tuple(Row(name=record.cell.model, items=_items(record)) for record in report.compiled),
    )


def summary(report: Report) -> Table:
    """Return a column for each chip, with what fits in a terminal: memory, and the bound."""
    chips = tuple(dict.fromkeys(record.cell.device for record in report.compiled))
    by_program: dict[tuple[str, Kind, int | None], dict[str, Record]] = {}
    for record in report.compiled:
        cell = record.cell
        program = (cell.model, cell.kind, cell.batch_size)
        by_program.setdefault(program, {})[cell.device] = record
    order = list(dict.fromkeys(model for model, _, _ in by_program))
    return Table(
        caption="Compiled for TPUs that are not here, so nothing ran: memory needed, and below it "
        "the time that no program for this model can beat",
        columns=(
            *columns("Program"),
            *numbers("FLOPs"),
            *columns(*map(_chip, chips)),
        ),
        rows=tuple(
            Row(
                name=model,
                items=(
                    Item(text=_PROGRAMS[kind], sub=f"batch {batch}"),
                    _flops(next(iter(found.values()))),
                    *(_brief(found.get(chip)) for chip in chips),
                ),
            )
            for (model, kind, batch), found in sorted(
                by_program.items(), key=lambda item: order.index(item[0][0])
            )
        ),
    )


def _chip(device: str) -> str:
    return device.removeprefix("tpu:")


def _flops(record: Record) -> Item:
    found = record.details.get("compiled")
    if found is None:
        return Item(text=units.NOTHING)
    hidden = "at least: a loop hides some" if found["loops"] else ""
    return Item(text=units.rate(found["flops"]), sub=hidden)


def _brief(record: Record | None) -> Item:
    if record is None:
        return Item(text=units.NOTHING)
    found = record.details.get("compiled")
    known = found and f"{units.size(found['peak_bytes'])}\n{units.seconds(found['bound_s'])}"
    return Item(mark=MARKS[record.status], sub=known or "")


def _items(record: Record) -> tuple[Item, ...]:
    cell = record.cell
    return (
        Item(text=_chip(cell.device)),
        Item(text=_PROGRAMS[cell.kind]),
        Item(text=str(cell.batch_size or units.NOTHING)),
        Item(mark=MARKS[record.status]),
        _flops(record),
        *_known(record.details.get("compiled")),
    )


def _known(found: dict[str, Any] | None) -> tuple[Item, ...]:
    """Return memory, the bound and the compiler's time."""
    if found is None:
        return (Item(text=units.NOTHING),) * 3
    return (
        Item(text=units.size(found["peak_bytes"]), sub=f"of {units.size(found['hbm_bytes'])}"),
        Item(text=units.seconds(found["bound_s"]), sub=found["bound_by"]),
        Item(text=units.seconds(found["compile_s"])),
    )
