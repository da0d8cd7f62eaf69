"""Rows of what was measured: verdicts, timings, and size against speed against error."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from seqbench.core import stats, units
from seqbench.core.record import Cell, Kind, Record, Status

BASELINE = "keras"
"""The runtime that the others' latencies are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One verification.

    Attributes:
        record: what was seen.
        share: error as a part of the tolerance, unitless; infinite where the error is no number.
        passes_at: the smallest tolerance that would pass, which is the error itself; None where
            no tolerance would.

    """

    record: Record
    share: float | None
    passes_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A cell with samples: an inference, or training steps.

    Attributes:
        record: what was seen.
        median: seconds per call or step, over all processes; None without samples.
        spread: how far the processes' medians lie apart, of their median; None of one process.
        p95: 95th percentile, or what it would need.
        p99: 99th percentile, likewise.
        throughput: examples per second at the median.
        relative: median as a multiple of Keras's own for the same batch, None without that.
        roofline: median as a multiple of the time that no runtime can beat, None without that.

    """

    record: Record
    median: stats.Estimate | None
    spread: float | None
    p95: stats.Estimate | str
    p99: stats.Estimate | str
    throughput: float | None
    relative: float | None = None
    roofline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tradeoff:
    """Size, speed and error of one artifact in one runtime, at the batch size of `cell`."""

    cell: Cell
    size_bytes: int
    median_s: float
    share: float


def verdict(record: Record) -> Verdict:
    """Return the row of a verification."""
    error, tolerance = record.max_abs_error, record.tolerance
    finite = error is not None and math.isfinite(error)
    share = None
    if error is not None and tolerance is not None:
        share = error / tolerance if finite and tolerance > 0 else math.inf
    return Verdict(record=record, share=share, passes_at=error if finite else None)


def timed(record: Record) -> Timed:
    """Return the row of a cell with samples.

    Samples that are means of several calls have no percentiles: a mean hides the slow call in it.
    """
    batch = record.cell.batch_size
    bound_s = (record.details.get("roofline") or {}).get("bound_s")
    median = record.median
    return Timed(
        record=record,
        median=median,
        spread=stats.spread(record.by_process),
        p95=_percentile(record, 95),
        p99=_percentile(record, 99),
        throughput=stats.throughput(batch, median.value) if median and batch else None,
        roofline=median.value / bound_s if median and bound_s else None,
    )


def machine(record: Record) -> dict[str, Any]:
    """Return the record's facts of the machine, with the peak that its bound comes from."""
    bound = record.details.get("roofline")
    if not bound:
        return record.machine
    return {
        **record.machine,
        "peak_of_a_core": f"{units.rate(bound['core_flops_per_s'])} FLOP/s in float32",
    }


def software_gpu(record: Record) -> bool:
    """Whether a call of a browser's GPU was computed on the CPU: its time is no GPU's."""
    drawn = "renderer" in (record.details.get("runtime") or {})
    return drawn and record.ran_on != "gpu"


def _percentile(record: Record, percent: int) -> stats.Estimate | str:
    """Return a percentile of all processes' calls, or what it would need."""
    calls = record.calls_per_sample or 1
    if calls > 1:
        return f"means of {calls} calls"
    needs = f"needs {stats.samples_needed(percent / 100)} samples"
    return stats.percentile(record.samples_s, percent) or needs


def related(rows: Iterable[Timed]) -> tuple[Timed, ...]:
    """Compare each latency with that of `BASELINE` for the same model, device and batch."""
    found = tuple(rows)
    keras_s = {
        _work(row): row.median.value
        for row in found
        if row.median and row.record.cell.runtime == BASELINE
    }
    return tuple(
        replace(row, relative=row.median.value / keras_s[_work(row)])
        if row.median and keras_s.get(_work(row))
        else row
        for row in found
    )


def tradeoffs(
    exports: Sequence[Record], verdicts: Sequence[Verdict], latencies: Sequence[Timed]
) -> tuple[Tradeoff, ...]:
    """Join what is known of each artifact in each runtime, at the smallest batch timed."""
    sizes = {artifact_of(record.cell): record.size_bytes for record in exports}
    shares = {place_of(row.record.cell): row.share for row in verdicts}
    smallest: dict[Cell, Timed] = {}
    for row in sorted(latencies, key=lambda row: row.record.cell.batch_size or 0):
        if row.median and row.record.status == Status.PASS:
            smallest.setdefault(place_of(row.record.cell), row)
    return tuple(
        Tradeoff(
            cell=row.record.cell, size_bytes=size_bytes, median_s=row.median.value, share=share
        )
        for place, row in smallest.items()
        if row.median
        and (size_bytes := sizes.get(artifact_of(place)))
        and (share := shares.get(place)) is not None
        and math.isfinite(share)
    )


def _work(row: Timed) -> tuple[object, ...]:
    cell = row.record.cell
    return (cell.model, cell.device, cell.batch_size, cell.threads)


def artifact_of(cell: Cell) -> tuple[str | None, ...]:
    """Return what tells a cell's artifact from others."""
    return (cell.model, cell.target, cell.variant)


def place_of(cell: Cell) -> Cell:
    """Return the cell of the same artifact in the same runtime, whatever is done with it there."""
    return replace(cell, kind=Kind.VERIFY, batch_size=None, threads=None)
