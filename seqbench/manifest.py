"""The manifest beside exported artifacts: what each file is, and what it was made from."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seqbench.session import tensor
from seqbench.store import size_bytes, write_json
from seqbench.targets.target import Artifact, Exported

SCHEMA = 1
"""Number of the manifest's format. History: 1, the first (2026-11)."""

NAME = "manifest.json"
"""The manifest's file name."""


def read(folder: Path) -> dict[str, Any]:
    """Return the folder's manifest; an empty one where there is none that can be read."""
    empty: dict[str, Any] = {"schema": SCHEMA, "artifacts": {}}
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return empty
    return found if isinstance(found, dict) and found.get("schema") == SCHEMA else empty


def unchanged(folder: Path, artifact: Artifact, key: str) -> dict[str, Any] | None:
    """Return an artifact's entry where it was made with this key and its files are as they were."""
    entry: dict[str, Any] | None = read(folder)["artifacts"].get(artifact.label)
    if entry is None or entry["key"] != key or entry["files"] != _files(folder / artifact.filename):
        return None
    return entry


def add(
    folder: Path,
    model: dict[str, str],
    artifact: Artifact,
    key: str,
    versions: dict[str, str],
    described: Exported,
) -> dict[str, Any]:
    """Write the artifact's entry into the folder's manifest and return it.

    `model` is the name and hash of what the artifacts are of; entries of another are dropped.
    `key` stands for all that the files depend on, `versions` for the tools that wrote them.
    """
    path = folder / artifact.filename
    entry = {
        "key": key,
        "path": artifact.filename,
        "size_bytes": size_bytes(path),
        "files": _files(path),
        "versions": versions,
        **asdict(described),
    }
    before = read(folder)
    kept = before["artifacts"] if before.get("model") == model else {}
    write_json(
        folder / NAME,
        {"schema": SCHEMA, "model": model, "artifacts": {**kept, artifact.label: entry}},
    )
    return entry


def exported(entry: dict[str, Any]) -> Exported:
    """Return what an entry says of its artifact, as its exporter did."""
    return Exported(
        input=tensor(entry["input"]),
        output=tensor(entry["output"]),
        ops=tuple(entry["ops"]),
        notes=tuple(entry["notes"]),
    )


def _files(path: Path) -> list[dict[str, Any]]:
    """Return the name, size and SHA-256 of a file, or of all files below a folder."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    else:
        files = [path] if path.exists() else []
    return [
        {
            "path": file.relative_to(path.parent).as_posix(),
            "size_bytes": file.stat().st_size,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in files
    ]
