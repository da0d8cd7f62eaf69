"""What stands under the tables: notes of verdicts and exports, and where exported files are."""

from collections.abc import Iterable

from seqbench.core.record import Kind, Record, Status
from seqbench.reports.cells import place
from seqbench.reports.document import Facts

NOTED = (Kind.EXPORT, Kind.VERIFY)
"""Kinds of cells whose notes belong to the verdict; those of timings stand beside the times."""


def notes(records: Iterable[Record]) -> tuple[Facts, ...]:
    """Return each note once with all its places; nothing where there are none."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for record in records:
        if record.cell.kind in NOTED:
            for note in record.notes:
                places.setdefault((record.cell.model, note), {})[place(record.cell)] = None
    found = tuple((f"{model} ({', '.join(at)})", note) for (model, note), at in places.items())
    return (Facts(title="Notes", facts=found),) if found else ()


def files(exports: Iterable[Record]) -> tuple[Facts, ...]:
    """Return where each exported artifact is; nothing where there are none."""
    found = tuple(
        (f"{record.cell.model} ({place(record.cell)})", record.artifact)
        for record in exports
        if record.artifact and record.status is Status.PASS
    )
    return (Facts(title="Files", facts=found),) if found else ()
