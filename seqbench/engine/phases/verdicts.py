"""The verdicts in the manifests beside the artifacts, and on the pages there."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seqbench.core.record import Cell, Kind, Record
from seqbench.engine.state import Given, Run
from seqbench.models import snapshot
from seqbench.targets import TARGETS, Artifact, dist_folder, manifest, usage
from seqbench.targets.manifest import NAME, Entry


def write_verdicts(run: Run, cells: Sequence[Cell]) -> None:
    """Write how artifacts were judged into the manifests that list them.

    Where a given artifact's verdict is not written, a note of its record says why. Of a model that
    was refused nothing was judged.
    """
    by_artifact: dict[tuple[str, str, str], list[Record]] = {}
    for cell in cells:
        if cell.model in run.refused:
            continue
        record = run.store.find(cell.key)
        if record is not None and cell.kind is Kind.VERIFY and cell.target is not None:
            by_artifact.setdefault((cell.model, cell.target, cell.variant), []).append(record)
    homes: set[Path] = set()
    for (model, target, variant), records in by_artifact.items():
        given = run.request.find_given(model, target, variant)
        if given is not None:
            if _write_of_given(run, given, records):
                homes.add(given.home)
            continue
        home, label = (
            run.store.artifacts / model,
            Artifact(target=TARGETS[target], variant=variant).label,
        )
        listed = manifest.find(home)
        if listed is not None and label in listed.artifacts:
            manifest.add_verdicts(home, label, map(manifest.make_verdict, records))
            homes.add(home)
    for home in homes:
        usage.write(home)


def find_entry(given: Given, sha256: str) -> Entry | None:
    """Return the entry of a given artifact, where its verdict can stand there; else None.

    Args:
        given: the artifact.
        sha256: the hash of the model that it is judged against.

    """
    return None if _hindrance(given, sha256) else _entry(given)


def _entry(given: Given) -> Entry | None:
    listed = manifest.find(given.home)
    return listed.artifacts.get(given.label or "") if listed is not None else None


def _hindrance(given: Given, sha256: str) -> str | None:
    """Return why an artifact's verdict cannot stand in the manifest; None where it can."""
    listed, entry = manifest.find(given.home), _entry(given)
    if listed is None or entry is None:
        return "no manifest lists it"
    if sha256 != listed.model.sha256:
        return "it was made from another model, or from other weights"
    if dist_folder.find_problems(given.home, entry):
        return "it has changed since it was exported"
    return None


def _write_of_given(run: Run, given: Given, records: Sequence[Record]) -> bool:
    """Write how a given artifact was judged; return whether its manifest has it now."""
    written = False
    known = snapshot.find(run.store.model(given.model))
    records = [replace(record, artifact=str(given.artifact)) for record in records]
    if given.label is not None and (given.problem is not None or known is not None):
        why = None if given.problem or known is None else _hindrance(given, known.sha256)
        if why is None and not os.access(given.home, os.W_OK):
            why = "the folder cannot be written"
        if why is None:
            manifest.add_verdicts(given.home, given.label, map(manifest.make_verdict, records))
            written = True
        else:
            note = f"this verdict is not written into {NAME} beside the artifact: {why}"
            records = [replace(record, notes=(*record.notes, note)) for record in records]
    for record in records:
        run.store.save(record)
    return written
