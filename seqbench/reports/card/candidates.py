"""What is known of each artifact in each runtime: what a choice is made from."""

from collections.abc import Sequence
from dataclasses import dataclass

from seqbench.core.record import PLAIN, Cell, Record, Status
from seqbench.core.stats import Estimate
from seqbench.reports.cells import distinctions
from seqbench.reports.measured import Timed, Verdict, artifact_of, place_of, software_gpu

ACCURACY = "accuracy"
"""How the names of those Keras metrics end of which an accuracy drop can be."""

ROUNDING = "all, within float32 rounding"
"""What an accuracy drop of zero rests on where an artifact is plain and passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One artifact in one runtime on one device; what is not known is None.

    Attributes:
        cell: artifact, runtime and device.
        status: its verdict there.
        reason: why that is no pass.
        artifact: the file or folder.
        size_bytes: its size.
        error: largest difference from the float64 twin.
        latency: seconds of a call of one row.
        lone: whether the latency comes from a single process.
        faster: how many times faster than Keras on the same device.
        throughput: rows per second, at the best of the batch sizes timed.
        throughput_batch: that batch size.
        peak_memory_bytes: the process's peak resident memory while calls of one row were timed.
        load_s: seconds to load the artifact.
        first_call_s: seconds of the first call.
        accuracy_drop: how much accuracy is lost, in parts of one; at most where classes were
            compared.
        accuracy_basis: what that rests on; why it is not known where it is None.
        foreign_cpus: how many CPUs other programs used meanwhile, 0 where little.
        unsettled: whether a warm-up did not settle.
        untimed: why there is no latency; empty where there is one, or nothing tried.

    """

    cell: Cell
    status: Status
    reason: str = ""
    artifact: str | None = None
    size_bytes: int | None = None
    error: float | None = None
    latency: Estimate | None = None
    lone: bool = False
    faster: float | None = None
    throughput: float | None = None
    throughput_batch: int | None = None
    peak_memory_bytes: int | None = None
    load_s: float | None = None
    first_call_s: float | None = None
    accuracy_drop: float | None = None
    accuracy_basis: str = ""
    foreign_cpus: float = 0.0
    unsettled: bool = False
    untimed: str = ""

    @property
    def passed(self) -> bool:
        """Whether it may be recommended."""
        return self.status is Status.PASS

    @property
    def file(self) -> str:
        """What its file is called, as `tflite` or `tflite int8`."""
        variant = "" if self.cell.variant == PLAIN else self.cell.variant
        return " ".join(filter(None, (self.cell.target, variant)))

    @property
    def name(self) -> str:
        """What it is called, as `tflite in litert` or `tflite int8 in litert · gpu`."""
        where = [word for word in distinctions(self.cell) if word != self.cell.variant]
        return " · ".join([f"{self.file} in {self.cell.runtime}", *where])


def candidates(
    exports: Sequence[Record], verdicts: Sequence[Verdict], latencies: Sequence[Timed]
) -> tuple[Candidate, ...]:
    """Return every judged artifact in every runtime, in the order in which they were judged."""
    exported = {artifact_of(record.cell): record for record in exports}
    timed: dict[Cell, list[Timed]] = {}
    for row in latencies:
        timed.setdefault(place_of(row.record.cell), []).append(row)
    return tuple(
        _candidate(
            row.record,
            exported.get(artifact_of(row.record.cell)),
            timed.get(place_of(row.record.cell), []),
        )
        for row in verdicts
        if row.record.cell.target
    )


def _candidate(judged: Record, exported: Record | None, rows: Sequence[Timed]) -> Candidate:
    file = exported or judged
    drop, basis = _accuracy(judged)
    passed = [row for row in rows if row.record.status is Status.PASS and row.median]
    hardware = [row for row in passed if not software_gpu(row.record)]
    single = [row for row in hardware if row.record.cell.batch_size == 1]
    best = min(single, key=_median_s, default=None)
    most = max(hardware, key=lambda row: row.throughput or 0.0, default=None)
    record = best.record if best else None
    untimed = ""
    if best is None:
        broken = (f"its timing is {row.record.status}: {row.record.reason}" for row in rows)
        untimed = next(broken, "") if rows and not passed else untimed
        untimed = "only a software GPU ran it" if passed and not hardware else untimed
        untimed = "not timed at batch 1" if hardware else untimed
    return Candidate(
        cell=judged.cell,
        status=judged.status,
        reason=judged.reason or "",
        artifact=file.artifact,
        size_bytes=file.size_bytes,
        error=judged.max_abs_error,
        latency=best.median if best else None,
        lone=record is not None and len(record.samples_per_process) < 2,
        faster=1 / best.relative if best and best.relative else None,
        throughput=most.throughput if most else None,
        throughput_batch=most.record.cell.batch_size if most else None,
        peak_memory_bytes=record.peak_memory_bytes if record else None,
        load_s=record.load_s if record else None,
        first_call_s=record.first_call_s if record else None,
        accuracy_drop=drop,
        accuracy_basis=basis,
        foreign_cpus=record.foreign_cpus if record else 0.0,
        unsettled=bool(record and record.unsettled),
        untimed=untimed,
    )


def _median_s(row: Timed) -> float:
    return row.median.value if row.median else float("inf")


def _accuracy(judged: Record) -> tuple[float | None, str]:
    """Return how much accuracy an artifact lost, and what that rests on."""
    own = judged.details.get("own_metrics") or {}
    for name, kept in judged.metrics.items():
        if name.endswith(ACCURACY) and name in own:
            of = own[name]
            return max(0.0, of - kept), f"{name} {kept:.4g} of {of:.4g} on held-out data"
    if judged.cell.variant == PLAIN:
        return (0.0, ROUNDING) if judged.status is Status.PASS else (None, "it did not pass")
    agreement = judged.details.get("agreement")
    if agreement is not None:
        return 1 - agreement, "at most: the share of rows whose class changed"
    return None, "no accuracy: the model has no labels or no such metric"
