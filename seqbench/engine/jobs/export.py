"""Export a prepared model to targets, or take over what was exported before."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqbench.core import arrays, codec
from seqbench.core.errors import Unavailable, Unsupported
from seqbench.core.files import replacing
from seqbench.core.record import PLAIN, Status
from seqbench.core.store import PERTURBED, Store
from seqbench.engine.jobs import held_model
from seqbench.engine.jobs.context import Context, run_guarded
from seqbench.engine.workers.messages import Job
from seqbench.machine.host import versions
from seqbench.models import snapshot as prepared
from seqbench.models.snapshot import Origin
from seqbench.targets import TARGETS, Artifact, Exported, Plain, dist_folder, manifest
from seqbench.targets.frozen import Frozen, Traces
from seqbench.targets.manifest import Entry, Model

NO_DATA = (
    "it is calibrated on data like the user's own, and this model came without: give some with "
    "--data, or as a scenario file with `data`"
)
"""Why a calibrated variant cannot be made."""


class HeldModel:
    """The model in this process, with the weights of the folder that they were last taken from."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._folder: Path | None = None

    @cached_property
    def traces(self) -> Traces:
        """Its graphs; it is loaded when they are first needed, unless it is in memory."""
        return Traces(held_model.build(self._origin).model)

    def take_weights(self, folder: Path) -> None:
        """Give the model the weights of a folder."""
        if self._folder != folder:
            prepared.set_weights(self.traces.model, folder / prepared.WEIGHTS)
            self._folder = folder


class PreparedModel:
    """A model's prepared folder; its weights are frozen once, when first needed."""

    def __init__(self, folder: Path, held: HeldModel) -> None:
        self._folder, self._held = folder, held
        self.snapshot = prepared.read(folder)

    def take_weights(self) -> None:
        """Give the model this folder's weights, which all that is made of it reads."""
        self._held.take_weights(self._folder)

    @cached_property
    def frozen(self) -> Frozen:
        """Its inference graph with a free batch."""
        self.take_weights()
        return self._held.traces.freeze()

    @cached_property
    def calibration(self) -> np.ndarray:
        """Inputs that the scenario trains on, shape (rows, ...)."""
        return arrays.load(self._folder / prepared.CALIBRATION)["x"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the export to one target in one variant ended.

    Attributes:
        target: the format's name.
        variant: the arithmetic of the artifact.
        status: how it ended.
        reason: why it did not pass; None for a pass.

    """

    target: str
    variant: str
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Job[Ended]):
    """Export one model. What has no cell is exported all the same: others need it.

    Attributes:
        model: its name.
        artifacts: the folder of all models' exported files.
        wanted: pairs of target and variant, the plain one of a target before its others.
        planned: all that is exported of the model, by this job and others.

    """

    results_as: ClassVar[Any] = Ended
    model: str
    artifacts: Path
    wanted: tuple[tuple[str, str], ...]
    planned: tuple[tuple[str, str], ...]

    def run(self, context: Context) -> Iterator[Ended]:
        """Yield how each export ended."""
        name, artifacts = self.model, self.artifacts
        folder = Store(context.folder).model(name)
        cells = {(cell.target, cell.variant): cell for cell in self.cells}
        snapshot = prepared.read(folder)
        held = HeldModel(snapshot.source)
        delivered = PreparedModel(folder, held)
        judged = PreparedModel(folder / PERTURBED, held) if snapshot.fresh else None
        made = {Artifact(target=TARGETS[name], variant=of).filename for name, of in self.planned}

        for target, variant in self.wanted:
            artifact = Artifact(target=TARGETS[target], variant=variant)

            def one(artifact: Artifact = artifact) -> dict[str, Any]:
                context.say(f"{name}: exporting to {artifact.label}")
                if artifact.calibrated and not (folder / prepared.CALIBRATION).exists():
                    raise Unavailable(NO_DATA)
                entry, cached, removed = _artifact(name, artifact, delivered, artifacts / name)
                if judged is not None and artifact.variant == PLAIN:
                    _artifact(name, artifact, judged, folder / PERTURBED)
                described = codec.to_json(entry)
                return {
                    "artifact": str(_within(artifacts / name / artifact.filename, context.folder)),
                    "size_bytes": entry.size_bytes,
                    "cached": cached,
                    "notes": (*entry.notes, *_about_removed(removed, made)),
                    "details": {key: described[key] for key in ("input", "output", "ops")},
                }

            cell = cells.get((target, variant))
            if cell is not None:
                record = context.attempt(cell, artifact.packages, snapshot.seed, one)
                status, reason = record.status, record.reason
            else:
                fields = run_guarded(one, context.folder)
                status, reason = fields["status"], fields.get("reason")
            yield Ended(target=target, variant=variant, status=status, reason=reason)


def _artifact(
    name: str, artifact: Artifact, origin: PreparedModel, folder: Path
) -> tuple[Entry, bool, tuple[str, ...]]:
    """Return the artifact's manifest entry, whether an earlier export was taken over, and the
    names of what was removed, since it was made of other weights.
    """
    made_with, sha256 = versions(artifact.packages), origin.snapshot.sha256
    made_from = [sha256, artifact.label, made_with]
    if artifact.calibrated:
        made_from.append(hashlib.sha256(origin.calibration.tobytes()).hexdigest())
    key = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
    entry = manifest.unchanged(folder, artifact, key)
    if entry is not None and artifact.is_narrow(folder / artifact.filename):
        return entry, True, ()
    source = manifest.describe_source(origin.snapshot.source, folder)
    with replacing(folder / artifact.filename) as temporary:
        described = _write(name, artifact, origin, folder, temporary)
        removed = dist_folder.remove_others(folder, sha256)
        manifest.claim(folder, Model(name=name, sha256=sha256, source=source), artifact)
    return manifest.add(folder, artifact, key, made_with, described), False, removed


def _write(
    name: str, artifact: Artifact, origin: PreparedModel, folder: Path, temporary: Path
) -> Exported:
    """Write an artifact; a variant is made from the plain one, which is written first.

    Raises:
        Unsupported: the format cannot express the model, or has nothing of it in the variant.

    """
    origin.take_weights()
    if artifact.variant == PLAIN:
        return artifact.target.export(origin.frozen, temporary)
    plain = Artifact(target=artifact.target)
    entry, *_ = _artifact(name, plain, origin, folder)
    source = Plain(frozen=origin.frozen, path=folder / plain.filename, exported=entry)
    calibration = origin.calibration if artifact.calibrated else None
    variant = artifact.target.variants[artifact.variant]
    found = variant.write(source, temporary, calibration)
    if not artifact.is_narrow(temporary):
        raise Unsupported(
            f"{artifact.variant} of this model would be its plain {artifact.target.name}: what is "
            f"narrowed are {variant.reach}, and it has none"
        )
    return found


def _about_removed(removed: Iterable[str], made: Collection[str]) -> tuple[str, ...]:
    """Return what is to be said of removed artifacts in whose place none is made."""
    names = ", ".join(name for name in removed if name not in made)
    return (f"removed what was exported of other weights: {names}",) if names else ()


def _within(path: Path, folder: Path) -> Path:
    """Return the path relative to the folder where it is inside it."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path
