"""The records of several back ends as one Markdown table."""

from collections.abc import Sequence

from seqbench import Record, Status
from seqbench.core import units
from seqbench.core.record import Kind
from seqbench.machine import host
from seqbench.runtimes import BACKENDS

PACKAGES = tuple(
    dict.fromkeys(package for runtime in BACKENDS.values() for package in runtime.packages)
)

WHAT = (
    "Each back end in processes of its own, from the same weights, with the same batches in the "
    "same order. A step and a call end when their result is at the host; the first one holds the "
    "compilation. Error: the largest difference from the float64 twin's answers, as a part of "
    "what is allowed. PyTorch runs operation by operation: nothing is compiled."
)

HEADINGS = ("model", "back end", "step", "first step", "call", "first call", "error", "held out")


def markdown(records: Sequence[Record], command: str) -> str:
    """Return the whole report of a run's records."""
    found = host.record_facts(PACKAGES, 0)
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    models = dict.fromkeys(record.cell.model for record in records)
    rows = [_row(model, name, records) for model in models for name in BACKENDS]
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    return (
        "\n\n".join(
            [
                "# Keras on its back ends",
                f"Made by `{command}` on {found['cpu']}, {found['threads']} threads; {versions}.",
                WHAT,
                "\n".join(f"| {' | '.join(line)} |" for line in lines),
            ]
        )
        + "\n"
    )


def _row(model: str, backend: str, records: Sequence[Record]) -> tuple[str, ...]:
    runtime = BACKENDS[backend].name
    mine = [r for r in records if (r.cell.model, r.cell.runtime) == (model, runtime)]
    train = next((r for r in mine if r.cell.kind is Kind.TRAIN), None)
    calls = [r for r in mine if r.cell.kind is Kind.INFER]
    call = min(calls, key=lambda r: r.cell.batch_size or 0, default=None)
    verified = next((r for r in mine if r.cell.kind is Kind.VERIFY), None)
    held_out = train.metrics if train else {}
    return (
        model,
        backend,
        *_times(train),
        *_times(call),
        _error(verified),
        ", ".join(f"{name} {value:.4f}" for name, value in held_out.items()) or "-",
    )


def _times(record: Record | None) -> tuple[str, str]:
    if record is None or record.status is not Status.PASS or record.median is None:
        status = record.status.value if record else "-"
        return status, status
    first = "-" if record.first_call_s is None else units.seconds(record.first_call_s)
    return units.seconds(record.median.value), first


def _error(record: Record | None) -> str:
    if record is None or record.max_abs_error is None or not record.tolerance:
        return record.status.value if record else "-"
    return f"{record.status.value}, {units.share(record.max_abs_error / record.tolerance)}"
