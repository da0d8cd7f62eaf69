"""The manifest beside exported artifacts: what each file is, what it was made from, and whether
it was judged to be right.

Its JSON Schema is `manifest.schema.json` beside this module.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import replace_json, size_bytes
from seqbench.core.record import PLAIN, Record, Status
from seqbench.models.snapshot import Origin
from seqbench.targets import TARGETS, Artifact, Exported

SCHEMA = 2
"""Number of the manifest's format. History:

1. The first (2026-11).
2. `source` of the model, `verdicts` of each artifact; `unfinished` in place of `written` (2026-11).
"""

NAME = "manifest.json"
"""The manifest's file name."""

ARTIFACTS = {
    artifact.label: artifact
    for target in TARGETS.values()
    for artifact in (Artifact(target=target, variant=name) for name in (PLAIN, *target.variants))
}
"""Every artifact that there can be, by its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file that a model was read from.

    Attributes:
        model: what names it on the command line: a scenario's name, or a path with a `/` in it,
            relative to the manifest's folder, with `:name` where it is a name in a Python file.
        sha256: the hash of the file, as `sha256sum` gives it.

    """

    model: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What the artifacts were made from.

    Attributes:
        name: the model's name.
        sha256: the hash of its architecture and weights.
        source: the file that it was read from; None where it was an object of a Python program.

    """

    name: str
    sha256: str
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of an artifact.

    Attributes:
        path: where it is, relative to the manifest's folder.
        size_bytes: its size.
        sha256: its hash, as `sha256sum` gives it.

    """

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an artifact was judged in one runtime, the last time.

    Attributes:
        runtime: what ran it.
        device: what it ran on.
        status: `pass`, `fail` and so on, as in a record.
        reason: why it did not pass; None for a pass.
        notes: what a reader should know although it passed.
        judged_at: when, ISO 8601, UTC.
        judged_on: the kinds of inputs: names of the input suite's cases, or `held-out` data; none
            where nothing ran.
        max_abs_error: the largest absolute difference where it weighs most, in the unit of the
            output; from the float64 twin, in reduced precision from the model itself.
        tolerance: the difference that is allowed there; None in reduced precision.
        snr_db: in reduced precision the signal over the noise, decibels; else None.
        metrics: held-out metrics by name, where it was judged by them.
        versions: of seqbench and of what ran it, by distribution.

    """

    runtime: str
    device: str
    status: Status
    reason: str | None = None
    notes: tuple[str, ...] = ()
    judged_at: str | None = None
    judged_on: tuple[str, ...] = ()
    max_abs_error: float | None = None
    tolerance: float | None = None
    snr_db: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Exported):
    """One artifact.

    Attributes:
        key: stands for all that its files depend on.
        path: its file or folder, relative to the manifest's folder.
        size_bytes: the size of all its files together.
        files: the file, or all files below the folder.
        versions: of the tools that wrote it, by distribution.
        verdicts: one for each runtime and device in which it was judged.

    """

    key: str
    path: str
    size_bytes: int
    files: tuple[File, ...]
    versions: dict[str, str]
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What lies in a folder of one model's artifacts.

    Attributes:
        schema: the number of the format.
        model: what all of them were made from.
        artifacts: the artifacts by target and variant: `tflite`, `tflite.int8`.
        unfinished: names at which an export was about to put an artifact. After a kill at that
            moment nobody knows what is at them.

    """

    schema: int = SCHEMA
    model: Model
    artifacts: dict[str, Entry] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """The names beside it that are seqbench's, and its own."""
        listed = {entry.path for entry in self.artifacts.values()}
        return {NAME, *self.unfinished, *listed}


def read(folder: Path) -> Manifest:
    """Return the folder's manifest.

    Raises:
        InputError: there is none that seqbench wrote, or one in another format.

    """
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read as a manifest of seqbench: {why}") from error
    number = found.get("schema") if isinstance(found, dict) else None
    if number != SCHEMA:
        raise InputError(
            f"{path} has schema {number!r}, this seqbench reads {SCHEMA}: export again into "
            "another folder"
        )
    try:
        manifest = codec.from_json(Manifest, found)
        _check_places(manifest)
    except ValueError as error:
        raise InputError(f"{path} is not a manifest of seqbench: {error}") from error
    return manifest


def _check_places(manifest: Manifest) -> None:
    """Refuse names that seqbench gives to no artifact: what they name is read and removed.

    Raises:
        ValueError: there is such a one.

    """
    for label, entry in manifest.artifacts.items():
        expected = ARTIFACTS[label].filename if label in ARTIFACTS else None
        if entry.path != expected:
            raise ValueError(f"artifact {label!r} at {entry.path!r}, expected {expected!r}")
        for file in entry.files:
            first, *inside = file.path.split("/")
            if first != entry.path or {"", ".", ".."} & set(inside):
                raise ValueError(f"artifact {label!r} with a file at {file.path!r}")
    others = set(manifest.unfinished) - {artifact.filename for artifact in ARTIFACTS.values()}
    if others:
        raise ValueError(f"unfinished: {', '.join(sorted(others))}")


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema of a manifest: `manifest.schema.json` beside this module."""
    found = codec.make_schema(Manifest)
    found["$defs"]["Manifest"]["properties"]["schema"] = {"const": SCHEMA}
    return found


def find(folder: Path) -> Manifest | None:
    """Return the folder's manifest; None where there is none that this seqbench can read."""
    if not (folder / NAME).is_file():
        return None
    try:
        return read(folder)
    except InputError:
        return None


def write(folder: Path, manifest: Manifest) -> None:
    """Write the folder's manifest, whole or not at all."""
    replace_json(folder / NAME, codec.without_nan(codec.to_json(manifest)))


def describe_source(origin: Origin, folder: Path) -> Source | None:
    """Return what a manifest in a folder says of a model's source; None where that is no file."""
    if origin.temporary:
        return None
    if origin.form == "scenario":
        return Source(model=origin.name, sha256=origin.sha256)
    # Only the folders' links are followed: a link to the file has a name of the user's choice.
    path = origin.path.parent.resolve() / origin.path.name
    relative = os.path.relpath(path, folder.resolve())
    relative = relative if "/" in relative else f"./{relative}"
    attribute = f":{origin.attribute}" if origin.attribute else ""
    return Source(model=f"{relative}{attribute}", sha256=origin.sha256)


def unchanged(folder: Path, artifact: Artifact, key: str) -> Entry | None:
    """Return an artifact's entry where it was made with this key and its files are as they were."""
    found = find(folder)
    entry = None if found is None else found.artifacts.get(artifact.label)
    if entry is None or entry.key != key or entry.files != list_files(folder / artifact.filename):
        return None
    return entry


def renew_source(folder: Path, model: Model) -> None:
    """Write down where a model came from the last time, if it is the one that is listed."""
    found = find(folder)
    if found is not None and found.model.sha256 == model.sha256 and found.model != model:
        write(folder, replace(found, model=model))


def claim(folder: Path, model: Model, artifact: Artifact) -> None:
    """Write down that what is at the artifact's place is seqbench's, just before it is put there.

    A later export may then replace it, also after a kill in between. Entries of another model are
    dropped.
    """
    found = find(folder) or Manifest(model=model)
    listed = found.artifacts if found.model.sha256 == model.sha256 else {}
    kept = {label: entry for label, entry in listed.items() if label != artifact.label}
    names = dict.fromkeys([*found.unfinished, artifact.filename])
    write(folder, replace(found, model=model, artifacts=kept, unfinished=tuple(names)))


def add(
    folder: Path, artifact: Artifact, key: str, versions: dict[str, str], described: Exported
) -> Entry:
    """Write the entry of a claimed artifact into the folder's manifest and return it.

    `key` stands for all that the files depend on, `versions` for the tools that wrote them.
    """
    path = folder / artifact.filename
    entry = Entry(
        input=described.input,
        output=described.output,
        ops=described.ops,
        notes=described.notes,
        key=key,
        path=artifact.filename,
        size_bytes=size_bytes(path),
        files=list_files(path),
        versions=versions,
    )
    found = read(folder)
    names = tuple(name for name in found.unfinished if name != artifact.filename)
    artifacts = {**found.artifacts, artifact.label: entry}
    write(folder, replace(found, artifacts=artifacts, unfinished=names))
    return entry


def make_verdict(record: Record) -> Verdict:
    """Return what a manifest says of a verification's record."""
    details, cell = record.details, record.cell
    apart = [details["judged_on"]] if "judged_on" in details else []
    return Verdict(
        runtime=cell.runtime or "",
        device=cell.device,
        status=record.status,
        reason=record.reason,
        notes=record.notes,
        judged_at=record.started_at,
        judged_on=(*details.get("weights", ()), *apart),
        max_abs_error=record.max_abs_error,
        tolerance=record.tolerance,
        snr_db=details.get("snr_db"),
        metrics=record.metrics,
        versions=record.machine.get("versions", {}),
    )


def add_verdicts(folder: Path, label: str, verdicts: Iterable[Verdict]) -> None:
    """Write verdicts into an artifact's entry, in the place of earlier ones of the same place.

    What was unavailable replaces none: the files are still those that were judged.
    """
    found = read(folder)
    entry = found.artifacts[label]
    known = {(it.runtime, it.device): it for it in entry.verdicts}
    for verdict in verdicts:
        place = (verdict.runtime, verdict.device)
        if verdict.status is not Status.UNAVAILABLE or place not in known:
            known[place] = verdict
    changed = replace(entry, verdicts=tuple(known.values()))
    write(folder, replace(found, artifacts={**found.artifacts, label: changed}))


def list_files(path: Path) -> tuple[File, ...]:
    """Return the name, size and SHA-256 of a file, or of all files below a folder."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    else:
        files = [path] if path.exists() else []
    return tuple(
        File(
            path=file.relative_to(path.parent).as_posix(),
            size_bytes=file.stat().st_size,
            sha256=hash_file(file),
        )
        for file in files
    )


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
