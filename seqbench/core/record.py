"""Cells (what to do) and records (what was seen), and their JSON form.

Records are flat JSON objects so that pandas, DuckDB or jq can read a folder of them as a table.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from seqbench.core import codec, stats

SCHEMA = 2
"""Number of the record format. History:

1. The first (2026-11).
2. `threads` of a cell, `samples_per_process`; facts of a timing in `details["timing"]` (2026-11).
"""


PLAIN = "fp32"
"""The variant of an artifact that computes as the model does, whatever its own precision."""


NOTED_CPUS = 0.2
"""From how many busy CPUs on foreign work disturbs a timing. The kernel counts in steps of 10 ms,
and an idle system's own housekeeping stays below 0.05."""


class Kind(StrEnum):
    """What a cell does; `compile` and `compile-train` compile inference and the training step."""

    TRAIN = "train"
    INFER = "infer"
    EXPORT = "export"
    VERIFY = "verify"
    COMPILE = "compile"
    COMPILE_TRAIN = "compile-train"


class Status(StrEnum):
    """How a cell ended; the same five words everywhere."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"
    ERROR = "error"


HARMLESS = frozenset({Status.PASS, Status.UNAVAILABLE})
"""How cells end that say nothing against a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One thing to do.

    Attributes:
        model: the model's name: a scenario's, or the stem of a file.
        kind: what to do.
        target: the file format, None for Keras itself.
        runtime: what runs the model, None for an export.
        device: `cpu`, `gpu` or `tpu`; `4xgpu` for several at once; `tpu:v5e` and so on for a chip
            that may be absent.
        variant: the arithmetic of the artifact, `fp32` (as the model's) or `fp16` and so on.
        batch_size: rows per call or step, None where the cell has no single one.
        threads: how many a runtime is given; None for the CPUs that its process may use.

    """

    model: str
    kind: Kind
    target: str | None = None
    runtime: str | None = None
    device: str = "cpu"
    variant: str = PLAIN
    batch_size: int | None = None
    threads: int | None = None

    @property
    def key(self) -> str:
        """A name that is unique within a run and safe as a file name."""
        return ".".join((self.model, self.kind, *self.words)).replace(":", "-")

    @property
    def words(self) -> tuple[str, ...]:
        """What tells it from others of its model and kind, in words without spaces."""
        batch = None if self.batch_size is None else f"b{self.batch_size}"
        threads = None if self.threads is None else f"t{self.threads}"
        found = (self.target, self.runtime, self.device, self.variant, batch, threads)
        return tuple(word for word in found if word is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was seen when a cell ran. An absent value is None (or empty), never 0 or -1.

    Attributes:
        cell: what was done.
        status: how it ended.
        reason: why it did not pass, one or a few lines; None for a pass.
        notes: what a reader should know although it passed.
        artifact: path of the exported file or folder, relative to the run's folder where inside it.
        size_bytes: size of the artifact, all its files together.
        cached: True where the artifact was taken over from an earlier export of the same model.
        max_abs_error: largest absolute difference from the float64 twin, where it weighs most.
        tolerance: the difference allowed there.
        error_ratio: max_abs_error in units of the model's own float32 error (unitless).
        samples_s: seconds per call (per step in training), in the order measured.
        samples_per_process: how many entries of `samples_s`, one after another, come from each
            fresh process; their sum is its length.
        calls_per_sample: how many calls each sample is the mean of.
        first_call_s: the first call (or step), compilation included.
        load_s: seconds to load the artifact, or to build the model.
        peak_memory_bytes: the process's peak resident memory, its framework included.
        metrics: held-out metrics by name.
        ran_on: device on which the work really ran, as its runtime reports it.
        elapsed_s: the whole cell's duration; several models are exported at a time.
        started_at: ISO 8601 time, UTC.
        details: further facts of this kind of cell (JSON values).
        machine: facts of the machine, versions, threads, git commit, seed.

    """

    cell: Cell
    status: Status
    reason: str | None = None
    notes: tuple[str, ...] = ()
    artifact: str | None = None
    size_bytes: int | None = None
    cached: bool = False
    max_abs_error: float | None = None
    tolerance: float | None = None
    error_ratio: float | None = None
    samples_s: tuple[float, ...] = ()
    samples_per_process: tuple[int, ...] = ()
    calls_per_sample: int | None = None
    first_call_s: float | None = None
    load_s: float | None = None
    peak_memory_bytes: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    ran_on: str | None = None
    elapsed_s: float | None = None
    started_at: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return the cell and how it ended; the rest is in its attributes."""
        why = f": {self.reason}" if self.reason else ""
        return f"<Record {self.cell.key} {self.status}{why}>"

    @property
    def by_process(self) -> tuple[tuple[float, ...], ...]:
        """The samples of each process."""
        ends = list(accumulate(self.samples_per_process, initial=0))
        return tuple(self.samples_s[start:end] for start, end in pairwise(ends))

    @property
    def median(self) -> stats.Estimate | None:
        """Seconds of a call (or step), the median of its processes' medians; None without samples.

        Whatever shows the time of a cell shows this one.
        """
        return stats.median_of_processes(self.by_process)

    @property
    def foreign_cpus(self) -> float:
        """How many CPUs other programs used at most while a process timed; 0 where little."""
        seen = (value for value in self._timing("foreign_cpus") if isinstance(value, int | float))
        most = max(seen, default=0.0)
        return most if most >= NOTED_CPUS else 0.0

    @property
    def unsettled(self) -> int:
        """In how many processes the warm-up did not settle."""
        return sum(value is False for value in self._timing("settled"))

    def _timing(self, name: str) -> list[Any]:
        found = self.details.get("timing")
        values = found.get(name) if isinstance(found, dict) else None
        return list(values) if isinstance(values, list | tuple) else []


def encode(record: Record) -> dict[str, Any]:
    """Return the record as one flat JSON object; NaN and infinities become strings."""
    flat = codec.to_json(record)
    cell = flat.pop("cell")
    found: dict[str, Any] = codec.without_nan({"schema": SCHEMA, **cell, **flat})
    return found


def decode(flat: dict[str, Any]) -> Record:
    """Return the record that `encode` wrote.

    Raises:
        ValueError: the object is of another schema number, lacks a field or has one of another
            type, or gives its processes another number of samples than it has.

    """
    schema = flat.get("schema")
    if schema != SCHEMA:
        msg = f"record has schema {schema!r}, this seqbench reads {SCHEMA}: run it again"
        raise ValueError(msg)
    for name in _FIELDS:
        if name not in flat:
            msg = f"record has no field {name!r}"
            raise ValueError(msg)
    record = codec.from_json(Record, {**flat, "cell": flat})
    counted = sum(record.samples_per_process)
    if counted != len(record.samples_s):
        msg = f"record has {len(record.samples_s)} samples where its processes have {counted}"
        raise ValueError(msg)
    return record


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `encode` gives: `record.schema.json` beside this module."""
    found = codec.make_schema(Record)
    del found["$ref"]
    record, cell = (found["$defs"].pop(name) for name in ("Record", "Cell"))
    properties = {**cell["properties"], **record["properties"]}
    del properties["cell"]
    properties = {"schema": {"const": SCHEMA}, **properties}
    return {**found, **record, "properties": properties, "required": list(properties)}


def write_array(records: Iterable[Record]) -> str:
    """Return records as the text of a JSON array, for other programs."""
    return json.dumps([encode(record) for record in records], indent=1, allow_nan=False) + "\n"


_FIELDS = [field.name for kind in (Cell, Record) for field in fields(kind) if field.name != "cell"]
"""What every record has in its JSON form."""
