"""What was found of the architectures, as Markdown."""

from collections.abc import Sequence

from seqbench.core import units
from seqbench.core.record import Kind, Record, Status
from seqbench.targets import TARGETS


def markdown(records: Sequence[Record], command: str) -> str:
    """Return a table of models and targets, with what does not pass below it."""
    models = list(dict.fromkeys(record.cell.model for record in records))
    whole = sum(_passes(records, model) for model in models)
    machine = next((record.machine for record in records if record.machine), {})
    versions = ", ".join(f"{name} {found}" for name, found in machine.get("versions", {}).items())
    summary = (
        f"{whole} of {len(models)} architectures pass on all of their targets. A number is the "
        "largest error in units of its tolerance; a size is that of the TFLite file."
    )
    parts = [
        "# Published architectures on every target",
        f"Made by `{command}` on {machine.get('cpus')} CPUs ({machine.get('cpu')}); {versions}.",
        summary,
        "\n".join(_rows(records, models)),
    ]
    problems = [
        f"- `{record.cell.key}`: {record.status}: {(record.reason or '').splitlines()[0]}"
        for record in records
        if record.status is not Status.PASS
    ]
    return "\n\n".join([*parts, *(["\n".join(problems)] if problems else [])]) + "\n"


def _passes(records: Sequence[Record], model: str) -> bool:
    return all(record.status is Status.PASS for record in records if record.cell.model == model)


def _rows(records: Sequence[Record], models: Sequence[str]) -> list[str]:
    found = {
        (record.cell.model, record.cell.target, record.cell.kind): record for record in records
    }
    rows = [f"| model | size | {' | '.join(TARGETS)} |", "|---|--:|" + "--:|" * len(TARGETS)]
    for model in models:
        tflite = found.get((model, "tflite", Kind.EXPORT))
        cells = [_cell(found.get((model, target, Kind.VERIFY))) for target in TARGETS]
        size = units.size(tflite.size_bytes if tflite else None)
        rows.append(f"| {model} | {size} | {' | '.join(cells)} |")
    return rows


def _cell(record: Record | None) -> str:
    if record is None or record.status is not Status.PASS:
        return "not run" if record is None else str(record.status)
    return f"{max(record.details['weights'].values()):.2f}"
