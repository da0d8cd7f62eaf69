"""The manifest beside exported artifacts: what each file is, and what it was made from."""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import replace_json, size_bytes
from seqbench.targets.target import Artifact, Exported

SCHEMA = 1
"""Number of the manifest's format. History: 1, the first (2026-11); `written` is optional in it."""

NAME = "manifest.json"
"""The manifest's file name."""


def read(folder: Path) -> dict[str, Any]:
    """Return the folder's manifest; an empty one where there is none that can be read."""
    return _read(folder / NAME) or {"schema": SCHEMA, "artifacts": {}}


def _read(path: Path) -> dict[str, Any] | None:
    """Return a manifest; None where the file is none of seqbench's."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        return None
    artifacts = found.get("artifacts")
    entries = artifacts.values() if isinstance(artifacts, dict) else (None,)
    return found if all(isinstance(it, dict) and "path" in it for it in entries) else None


def refuse_foreign(folder: Path, artifacts: Iterable[Artifact]) -> None:
    """Refuse a folder in which an export would replace what seqbench did not write.

    Raises:
        InputError: where an artifact or the manifest would be written, something else is.

    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder: move it away, or choose another --out")
    found = _read(folder / NAME)
    ours = set() if found is None else {NAME, *_written(found)}
    for name in (NAME, *(artifact.filename for artifact in artifacts)):
        path = folder / name
        plain = (path.is_file() or path.is_dir()) and not path.is_symlink()
        if os.path.lexists(path) and not (plain and name in ours):
            raise InputError(
                f"{path} is not what seqbench wrote there, as far as {folder / NAME} tells: move "
                "it away, or choose another folder with --out"
            )


def claim(folder: Path, artifact: Artifact) -> None:
    """Write down that what is at the artifact's place is seqbench's, before it is written.

    A later export may then replace it, also after a kill in between.
    """
    found = read(folder)
    names = _written(found)
    if artifact.filename not in names:
        replace_json(folder / NAME, {**found, "written": [*names, artifact.filename]})


def _written(found: dict[str, Any]) -> list[str]:
    """Return the names that seqbench has written beside the manifest, whatever they are of now."""
    paths = [entry["path"] for entry in found["artifacts"].values()]
    return list(dict.fromkeys([*found.get("written", ()), *paths]))


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
        **codec.to_json(described),
    }
    before = read(folder)
    kept = before["artifacts"] if before.get("model") == model else {}
    replace_json(
        folder / NAME,
        {
            "schema": SCHEMA,
            "model": model,
            "written": _written(before),
            "artifacts": {**kept, artifact.label: entry},
        },
    )
    return entry


def exported(entry: dict[str, Any]) -> Exported:
    """Return what an entry says of its artifact, as its exporter did."""
    return codec.from_json(Exported, entry)


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
