"""Timed cells as the JSON file of pytest-benchmark, which it and many CI services read.

A benchmark is named as pytest would name a test: `MODEL::infer[onnx-onnxruntime-cpu-fp32-b1]`, in
seqbench's own pytest plugin too, so that files of both can be compared.
"""

import json
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from seqbench.core import codec
from seqbench.core.record import Cell, Kind, Record, Status

VERSION = "5.3.1"
"""The version of pytest-benchmark whose `pytest_benchmark_generate_json` this follows."""


def render_pytest_benchmark(records: Sequence[Record]) -> str:
    """Return the file's text: one benchmark for each timed cell that passed.

    A timed cell that did not pass is left out, as pytest-benchmark leaves out a failing test. All
    times are seconds a call.
    """
    machine: dict[str, Any] = next((record.machine for record in records if record.machine), {})
    times = [record.started_at for record in records if record.started_at]
    found = {
        "machine_info": machine_info(machine),
        "commit_info": _commit(machine.get("git_commit")),
        "benchmarks": [
            _benchmark(record, records)
            for record in records
            if record.samples_s and record.status is Status.PASS
        ],
        "datetime": min(times, default=None),
        "version": VERSION,
    }
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def name(cell: Cell) -> str:
    """Return what a test of the cell is called within its model."""
    return f"{cell.kind}[{parameter(cell)}]"


def fullname(cell: Cell) -> str:
    """Return the name by which two runs' benchmarks are matched."""
    return f"{cell.model}::{name(cell)}"


def parameter(cell: Cell) -> str:
    """Return what tells the cell from others of its kind, as a test's id."""
    return "-".join(cell.words)


def group(cell: Cell) -> str:
    """Return the table in which the cell is compared with others."""
    return f"{cell.model} {cell.kind}"


def params(cell: Cell) -> dict[str, Any]:
    """Return what `--benchmark-group-by=param:NAME` can group by."""
    return {
        "model": cell.model,
        "target": cell.target,
        "runtime": cell.runtime,
        "device": cell.device,
        "variant": cell.variant,
        "batch": cell.batch_size,
        "threads": cell.threads,
    }


def extra_info(cell: Cell, records: Sequence[Record]) -> dict[str, Any]:
    """Return what is known of the cell's artifact beside its speed: size, error and verdict."""

    def of(kind: Kind, *names: str) -> Record | None:
        alike = ("model", "target", "variant", *names)
        found = (
            record
            for record in records
            if record.cell.kind is kind
            and all(getattr(record.cell, one) == getattr(cell, one) for one in alike)
        )
        return next(found, None)

    export = of(Kind.EXPORT)
    verify = of(Kind.VERIFY, "runtime", "device")
    return {
        **params(cell),
        "size_bytes": export and export.size_bytes,
        "verdict": verify and str(verify.status),
        "max_abs_error": verify and codec.without_nan(verify.max_abs_error),
        "tolerance": verify and codec.without_nan(verify.tolerance),
    }


def _benchmark(record: Record, records: Sequence[Record]) -> dict[str, Any]:
    cell = record.cell
    return {
        "group": group(cell),
        "name": name(cell),
        "fullname": fullname(cell),
        "params": params(cell),
        "param": parameter(cell),
        "extra_info": {
            "status": str(record.status),
            **extra_info(cell, records),
            "ran_on": record.ran_on,
            "first_call_s": record.first_call_s,
            "load_s": record.load_s,
            "peak_memory_bytes": record.peak_memory_bytes,
            "samples_per_process": list(record.samples_per_process),
        },
        "options": {"timer": "perf_counter", "disable_gc": False},
        "stats": {
            **stats(record.samples_s, record.calls_per_sample or 1),
            "median": record.median and record.median.value,  # as every other view of the cell
        },
    }


def stats(samples_s: Sequence[float], iterations: int) -> dict[str, Any]:
    """Return what pytest-benchmark's `Stats` says of samples, each the mean of `iterations` calls.

    Quartiles and outliers are by its definitions, so that both programs print the same.
    """
    ordered = sorted(samples_s)
    count, total = len(ordered), sum(samples_s)
    mean = statistics.mean(samples_s)
    stddev = statistics.stdev(samples_s) if count > 1 else 0.0
    q1, q3 = _quartiles(ordered)
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    first, last = bisect_left(ordered, low), bisect_right(ordered, high) - 1
    outside = first + count - 1 - last
    far = sum(not mean - stddev <= value <= mean + stddev for value in ordered)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": stddev,
        "rounds": count,
        "median": statistics.median(ordered),
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": outside,
        "stddev_outliers": far,
        "outliers": f"{far};{outside}",
        "ld15iqr": ordered[first],
        "hd15iqr": ordered[last],
        "ops": count / total if total else 0,
        "total": total,
        "data": list(samples_s),
        "iterations": iterations,
    }


def _quartiles(ordered: Sequence[float]) -> tuple[float, float]:
    """Medians of the halves; of an odd count, Mendenhall's weights (Wikipedia's method 3)."""
    count = len(ordered)
    if count == 1:
        return ordered[0], ordered[0]
    if count % 2 == 0:
        half = count // 2
        return statistics.median(ordered[:half]), statistics.median(ordered[half:])
    n = count // 4
    if count % 4 == 1:
        low = 0.25 * ordered[n - 1] + 0.75 * ordered[n]
        return low, 0.75 * ordered[3 * n] + 0.25 * ordered[3 * n + 1]
    low = 0.75 * ordered[n] + 0.25 * ordered[n + 1]
    return low, 0.25 * ordered[3 * n + 1] + 0.75 * ordered[3 * n + 2]


def machine_info(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of a machine that records hold, under pytest-benchmark's names."""
    system, release, machine = [*str(facts.get("os") or "").split(), "", "", ""][:3]
    return {
        "system": system,
        "release": release,
        "machine": machine,
        "python_version": facts.get("python"),
        "cpu": {"brand_raw": facts.get("cpu"), "count": facts.get("cpus")},
        "memory_bytes": facts.get("memory_bytes"),
    }


def _commit(described: str | None) -> dict[str, Any]:
    return {
        "id": (described or "unversioned").removesuffix("-dirty"),
        "dirty": bool(described and described.endswith("-dirty")),
    }
