"""What was compiled for chips that may be absent: compiles and fits, not a timing."""

from collections.abc import Callable
from typing import Any

from seqbench.core import units
from seqbench.core.record import Kind, Record
from seqbench.reports.cells import MARKS
from seqbench.reports.document import Column, Item, Row, Table
from seqbench.reports.fields import Field, number, tabulate, text
from seqbench.reports.rows import Report

TITLE = "Compiles and fits"

_PROGRAMS = {Kind.COMPILE: "inference", Kind.COMPILE_TRAIN: "training step"}


def tabulate_programs(report: Report) -> Table:
    """Return a line for each program and chip."""
    return tabulate(
        "Programs compiled for TPUs that are not here, so nothing ran. Memory: the largest "
        "at a time, and the chip's. No faster than: FLOPs over the chip's peak, or "
        "weights, inputs and outputs over its memory's speed",
        _FIELDS,
        [(record.cell.model, record) for record in report.compiled],
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
            Column(name="Program"),
            Column(name="FLOPs", number=True),
            *(Column(name=_chip(chip)) for chip in chips),
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


def _known(name: str, write: Callable[[dict[str, Any]], Item]) -> Field[Record]:
    """A number of the compiled program, where there is one."""

    def item(record: Record) -> Item:
        found = record.details.get("compiled")
        return Item(text=units.NOTHING) if found is None else write(found)

    return number(name, item)


_FIELDS: tuple[Field[Record], ...] = (
    text("Chip", lambda record: _chip(record.cell.device)),
    text("Program", lambda record: _PROGRAMS[record.cell.kind]),
    number("Batch", lambda record: str(record.cell.batch_size or units.NOTHING)),
    text("Result", lambda record: Item(mark=MARKS[record.status])),
    number("FLOPs", _flops),
    _known(
        "Memory",
        lambda it: Item(text=units.size(it["peak_bytes"]), sub=f"of {units.size(it['hbm_bytes'])}"),
    ),
    _known(
        "No faster than", lambda it: Item(text=units.seconds(it["bound_s"]), sub=it["bound_by"])
    ),
    _known("Compiled in", lambda it: Item(text=units.seconds(it["compile_s"]))),
)
