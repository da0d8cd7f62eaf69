"""The report in full: a line for each cell."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import PLAIN, Record, Status
from seqbench.core.stats import Estimate
from seqbench.reports.cells import MARKS, distinctions, doubts, place
from seqbench.reports.document import Item, Table
from seqbench.reports.fields import Field, Seen, number, tabulate, text
from seqbench.reports.measured import Timed, Verdict, software_gpu
from seqbench.reports.rows import Report


def verdicts(report: Report) -> Table:
    """Return everything about each verification."""
    return _table(
        "Largest difference from the float64 twin, and the tolerance derived from it",
        _VERDICT,
        [row for row in report.verdicts if row.record.cell.variant == PLAIN],
        lambda row: row.record,
    )


def latencies(report: Report) -> Table:
    """Return everything about each inference."""
    return _table(
        "Time of a call in each runtime; under each median its 95 % interval, which counts what "
        "differs between fresh processes where there were several. Roofline: the median as a "
        "multiple of the time that no runtime can beat on this machine",
        _LATENCY,
        report.latencies,
        lambda row: row.record,
    )


def training(report: Report) -> Table:
    """Return everything about each training."""
    return _table(
        "Time of a compiled training step with its 95 % interval, and held-out metrics",
        _TRAINING,
        report.training,
        lambda row: row.record,
    )


def training_summary(report: Report) -> Table:
    """Return what each training came to, in four columns."""
    rows = [(row.record.cell.model, row) for row in report.training]
    return tabulate("Training: median step, and metrics of held-out data", _TRAINING_BRIEF, rows)


def exports(report: Report) -> Table:
    """Return everything about each export."""
    caption = "Exported artifacts, all their files together"
    return _table(caption, _EXPORT, report.exports, lambda record: record)


def _table(
    caption: str,
    fields: tuple[Field[Seen], ...],
    rows: Sequence[Seen],
    record: Callable[[Seen], Record],
) -> Table:
    """Put models before the lines, and the records' notes after them where there are any."""
    notes: Field[Seen] = text("Notes", lambda row: Item(sub="; ".join(record(row).notes)))
    noted = any(record(row).notes for row in rows)
    named = [(record(row).cell.model, row) for row in rows]
    return tabulate(caption, (*fields, notes) if noted else fields, named)


def _median(row: Timed) -> Item:
    """The median, after the status where that is no pass."""
    passed = row.record.status == Status.PASS
    words = units.seconds(row.median.value) if row.median else units.NOTHING if passed else ""
    return Item(text=words, mark=None if passed else MARKS[row.record.status])


def _interval(row: Timed) -> str:
    """Return the interval of a median, as `54.2 µs to 58.0 µs`, and what makes it doubtful."""
    lines = [doubts(row.record)] if row.median else []
    if row.median and row.median.low is not None and row.median.high is not None:
        lines.insert(0, f"{units.seconds(row.median.low)} to {units.seconds(row.median.high)}")
    if software_gpu(row.record):
        lines.append("on a software GPU")
    return "\n".join(filter(None, lines))


def _percentile(row: Timed, found: Estimate | str) -> Item:
    """A percentile, or what it would need."""
    if row.median is None:
        return Item(text=units.NOTHING)
    return Item(sub=found) if isinstance(found, str) else Item(text=units.seconds(found.value))


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


_VERDICT: tuple[Field[Verdict], ...] = (
    text(
        "Runtime", lambda row: Item(text=place(row.record.cell), sub=row.record.cell.target or "")
    ),
    text("Result", lambda row: Item(mark=MARKS[row.record.status])),
    number("Error", lambda row: units.error(row.record.max_abs_error)),
    number("Tolerance", lambda row: units.error(row.record.tolerance)),
    number("Of tolerance", lambda row: Item(text=units.share(row.share), share=row.share)),
    number("Smallest passing tolerance", _passes_at),
    number("Against own float32", lambda row: units.times(row.record.error_ratio)),
)

_RUNTIME: Field[Timed] = text(
    "Runtime", lambda row: Item(text=place(row.record.cell), sub=_where(row.record))
)
_HELD_OUT: Field[Timed] = text("Held-out", lambda row: _metrics(row.record))
_RATE: Field[Timed] = number("Samples/s", lambda row: units.rate(row.throughput))
_CPU_TIME: Field[Timed] = number("CPU time", lambda row: units.seconds(_cpu_s(row)))
_MEMORY: Field[Timed] = number("Peak memory", lambda row: _memory(row.record))


def _timing(median: str) -> tuple[Field[Timed], ...]:
    """Batch, median with interval, p95, p99 and throughput."""
    return (
        number("Batch", lambda row: str(row.record.cell.batch_size or units.NOTHING)),
        number(median, lambda row: replace(_median(row), sub=_interval(row))),
        number("p95", lambda row: _percentile(row, row.p95)),
        number("p99", lambda row: _percentile(row, row.p99)),
        _RATE,
    )


_LATENCY: tuple[Field[Timed], ...] = (
    _RUNTIME,
    *_timing("Median"),
    number("Against Keras", lambda row: units.times(row.relative)),
    number("Roofline", lambda row: units.times(row.roofline)),
    number("First call", lambda row: units.seconds(row.record.first_call_s)),
    number("Load", lambda row: units.seconds(row.record.load_s)),
    _CPU_TIME,
    _MEMORY,
    number("Timed", lambda row: Item(text=_samples(row), sub=_ended(row))),
    number(
        "Between processes",
        lambda row: units.NOTHING if row.spread is None else f"{row.spread:.1%}",
    ),
)

_TRAINING: tuple[Field[Timed], ...] = (
    _RUNTIME,
    _HELD_OUT,
    *_timing("Median step"),
    number("First step", lambda row: units.seconds(row.record.first_call_s)),
    _CPU_TIME,
    _MEMORY,
    number("Timed", _samples),
)

_TRAINING_BRIEF: tuple[Field[Timed], ...] = (
    text("Runtime", lambda row: place(row.record.cell)),
    number("Step", _median),
    _RATE,
    _HELD_OUT,
)

_EXPORT: tuple[Field[Record], ...] = (
    text(
        "Format", lambda record: " · ".join([record.cell.target or "", *distinctions(record.cell)])
    ),
    text("Result", lambda record: Item(mark=MARKS[record.status])),
    number("Size", lambda record: units.size(record.size_bytes)),
    number("Export took", lambda it: "cached" if it.cached else units.seconds(it.elapsed_s)),
    text("Artifact", lambda record: record.artifact or units.NOTHING),
)
