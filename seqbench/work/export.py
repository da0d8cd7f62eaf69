"""Export a prepared model to targets, or take over what was exported before."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench import manifest, prepared
from seqbench.freeze import Frozen, freeze
from seqbench.jobs import Job
from seqbench.machine import versions
from seqbench.store import PERTURBED, Store, replacing
from seqbench.targets import TARGETS, Target
from seqbench.work.context import Context, guarded

if TYPE_CHECKING:
    import keras


class Origin:
    """A prepared model; built and frozen once, when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def model(self) -> "keras.Sequential":
        """The model."""
        return prepared.restore(self._folder)

    @cached_property
    def frozen(self) -> Frozen:
        """Its inference graph with a free batch."""
        return freeze(self.model)

    @cached_property
    def sha256(self) -> str:
        """The hash of its architecture and weights."""
        digest = hashlib.sha256(json.dumps(self.model.get_config(), default=str).encode())
        for weight in self.model.get_weights():
            digest.update(np.ascontiguousarray(weight).tobytes())
        return digest.hexdigest()


def export(job: Job, context: Context) -> None:
    """Export one model.

    Arguments: `model`, `artifacts`, `targets`. Result for each target: `model`, `target`,
    `status`, `reason`. A target without a cell is exported all the same: others need it.
    """
    name, artifacts = job.arguments["model"], Path(job.arguments["artifacts"])
    folder = Store(context.folder).model(name)
    facts = prepared.facts(folder)
    assert facts is not None  # noqa: S101 - a model is prepared before it is exported
    cells = {cell.target: cell for cell in job.cells}
    delivered = Origin(folder)
    judged = Origin(folder / PERTURBED) if facts["fresh"] else None

    for target in (TARGETS[target] for target in job.arguments["targets"]):

        def one(target: Target = target) -> dict[str, Any]:
            context.say(f"{name}: exporting to {target.name}")
            entry, cached = _artifact(name, target, delivered, artifacts / name)
            if judged is not None:
                _artifact(name, target, judged, folder / PERTURBED)
            return {
                "artifact": str(_within(artifacts / name / target.filename, context.folder)),
                "size_bytes": entry["size_bytes"],
                "cached": cached,
                "notes": tuple(entry["notes"]),
                "details": {key: entry[key] for key in ("input", "output", "ops")},
            }

        if target.name in cells:
            record = context.attempt(cells[target.name], target.packages, facts["seed"], one)
            ended = {"status": record.status, "reason": record.reason}
        else:
            fields = guarded(one)
            ended = {"status": fields["status"], "reason": fields.get("reason")}
        context.send("result", {"model": name, "target": target.name, **ended})


def _artifact(
    name: str, target: Target, origin: Origin, folder: Path
) -> tuple[dict[str, Any], bool]:
    """Return the artifact's manifest entry, and whether an earlier export was taken over."""
    made_with = versions(target.packages)
    key = hashlib.sha256(json.dumps([origin.sha256, target.name, made_with]).encode()).hexdigest()
    entry = manifest.unchanged(folder, target, key)
    if entry is not None:
        return entry, True
    with replacing(folder / target.filename) as temporary:
        exported = target.export(origin.frozen, temporary)
    model = {"name": name, "sha256": origin.sha256}
    entry = manifest.add(folder, model, target, key, made_with, exported)
    return entry, False


def _within(path: Path, folder: Path) -> Path:
    """Return the path relative to the folder where it is inside it."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path
