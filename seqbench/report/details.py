"""The report in full: a line for each cell."""

from collections.abc import Sequence
from dataclasses import replace

from seqbench import units
from seqbench.record import PLAIN, Record, Status
from seqbench.report.cells import MARKS, apart, place
from seqbench.report.document import Column, Item, Row, Table, columns, numbers
from seqbench.report.measured import Timed, Verdict
from seqbench.report.rows import Report


def verdicts(report: Report) -> Table:
    """Return everything about each verification."""
    return _table(
        "Largest difference from the float64 twin, and the tolerance derived from it",
        columns("Runtime", "Result")
        + numbers("Error", "Tolerance", "Of tolerance", "Smallest passing tolerance")
        + numbers("Against own float32"),
        [
            (
                row.record,
                (
                    Item(text=place(row.record.cell), sub=row.record.cell.target or ""),
                    Item(mark=MARKS[row.record.status]),
                    Item(text=units.error(row.record.max_abs_error)),
                    Item(text=units.error(row.record.tolerance)),
                    Item(text=units.share(row.share), share=row.share),
                    Item(text=_passes_at(row)),
                    Item(text=units.times(row.record.error_ratio)),
                ),
            )
            for row in report.verdicts
            if row.record.cell.variant == PLAIN
        ],
    )


def latencies(report: Report) -> Table:
    """Return everything about each inference."""
    return _table(
        "Time of a call in each runtime; under each median its 95 % interval, which counts what "
        "differs between fresh processes where there were several. Roofline: the median as a "
        "multiple of the time that no runtime can beat on this machine",
        columns("Runtime")
        + numbers("Batch", "Median", "p95", "p99", "Samples/s", "Against Keras", "Roofline")
        + numbers("First call", "Load", "CPU time", "Peak memory", "Timed", "Between processes"),
        [
            (
                row.record,
                (
                    Item(text=place(row.record.cell), sub=_where(row.record)),
                    *_timing(row),
                    Item(text=units.times(row.relative)),
                    Item(text=units.times(row.roofline)),
                    Item(text=units.seconds(row.record.first_call_s)),
                    Item(text=units.seconds(row.record.load_s)),
                    Item(text=units.seconds(_cpu_s(row))),
                    _memory(row.record),
                    Item(text=_samples(row), sub=_ended(row)),
                    Item(text=units.NOTHING if row.spread is None else f"{row.spread:.1%}"),
                ),
            )
            for row in report.latencies
        ],
    )


def training(report: Report) -> Table:
    """Return everything about each training."""
    return _table(
        "Time of a compiled training step with its 95 % interval, and held-out metrics",
        columns("Runtime", "Held-out")
        + numbers("Batch", "Median step", "p95", "p99", "Samples/s", "First step")
        + numbers("CPU time", "Peak memory", "Timed"),
        [
            (
                row.record,
                (
                    Item(text=place(row.record.cell), sub=_where(row.record)),
                    Item(text=_metrics(row.record)),
                    *_timing(row),
                    Item(text=units.seconds(row.record.first_call_s)),
                    Item(text=units.seconds(_cpu_s(row))),
                    _memory(row.record),
                    Item(text=_samples(row)),
                ),
            )
            for row in report.training
        ],
    )


def training_summary(report: Report) -> Table:
    """Return what each training came to, in four columns."""
    return _table(
        "Training: median step, and metrics of held-out data",
        columns("Runtime") + numbers("Step", "Samples/s") + columns("Held-out"),
        [
            (
                row.record,
                (
                    Item(text=place(row.record.cell)),
                    _median(row),
                    Item(text=units.rate(row.throughput)),
                    Item(text=_metrics(row.record)),
                ),
            )
            for row in report.training
        ],
        notes=False,
    )


def exports(report: Report) -> Table:
    """Return everything about each export."""
    return _table(
        "Exported artifacts, all their files together",
        columns("Format", "Result") + numbers("Size", "Export took") + columns("Artifact"),
        [
            (
                record,
                (
                    Item(text=" · ".join([record.cell.target or "", *apart(record.cell)])),
                    Item(mark=MARKS[record.status]),
                    Item(text=units.size(record.size_bytes)),
                    Item(text="cached" if record.cached else units.seconds(record.elapsed_s)),
                    Item(text=record.artifact or units.NOTHING),
                ),
            )
            for record in report.exports
        ],
    )


def _table(
    caption: str,
    heads: tuple[Column, ...],
    lines: Sequence[tuple[Record, tuple[Item, ...]]],
    *,
    notes: bool = True,
) -> Table:
    """Put models before the lines, and the records' notes after them where there are any."""
    noted = notes and any(record.notes for record, _ in lines)
    return Table(
        caption=caption,
        columns=heads + (columns("Notes") if noted else ()),
        rows=tuple(
            Row(
                name=record.cell.model,
                items=items + ((Item(sub="; ".join(record.notes)),) if noted else ()),
            )
            for record, items in lines
        ),
    )


def _median(row: Timed) -> Item:
    """The median, after the status where that is no pass."""
    passed = row.record.status == Status.PASS
    text = units.seconds(row.median.value) if row.median else units.NOTHING if passed else ""
    return Item(text=text, mark=None if passed else MARKS[row.record.status])


def _interval(row: Timed) -> str:
    """Return the interval of a median, as `54.2 µs to 58.0 µs`; empty without one."""
    if row.median is None or row.median.low is None or row.median.high is None:
        return ""
    return f"{units.seconds(row.median.low)} to {units.seconds(row.median.high)}"


def _timing(row: Timed) -> tuple[Item, ...]:
    """Batch, median with interval, p95, p99 and throughput."""
    high = [
        Item(text=units.seconds(found.value)) if found else Item(sub=needs or "")
        for found, needs in ((row.p95, row.p95_needs), (row.p99, row.p99_needs))
    ]
    return (
        Item(text=str(row.record.cell.batch_size or units.NOTHING)),
        replace(_median(row), sub=_interval(row)),
        *(item if row.median else Item(text=units.NOTHING) for item in high),
        Item(text=units.rate(row.throughput)),
    )


def _samples(row: Timed) -> str:
    count, calls = len(row.record.samples_s), row.record.calls_per_sample or 1
    if not count:
        return units.NOTHING
    return f"{count} {units.TIMES} {calls} calls" if calls > 1 else str(count)


def _cpu_s(row: Timed) -> float | None:
    """CPU seconds of a call, all threads together, averaged over processes."""
    told = row.record.details.get("timing", {}).get("cpu_s", ())
    known = [float(value) for value in told if value is not None]
    return sum(known) / len(known) if known else None


def _ended(row: Timed) -> str:
    """What ended the sampling, where its budget did and not a narrow interval."""
    ends = row.record.details.get("timing", {}).get("ended", ())
    early = sum(end != "precision" for end in ends)
    return f"budget spent in {early} of {len(ends)}" if early else ""


def _memory(record: Record) -> Item:
    """Return the peak of a process's memory, under it that of the device's own."""
    own = record.details.get("device_memory_bytes")
    sub = "" if own is None else f"{units.size(own)} on the device"
    return Item(text=units.size(record.peak_memory_bytes), sub=sub)


def _where(record: Record) -> str:
    """The artifact's format, and the device on which the runtime says that it ran."""
    ran_on = f"on {record.ran_on}" if record.ran_on else ""
    return " ".join(filter(None, (record.cell.target, ran_on)))


def _passes_at(row: Verdict) -> str:
    if row.record.max_abs_error is None:
        return units.NOTHING
    return "none would" if row.passes_at is None else units.error(row.passes_at)


def _metrics(record: Record) -> str:
    metrics = (f"{name} {units.metric(value)}" for name, value in record.metrics.items())
    return ", ".join(metrics) or units.NOTHING
