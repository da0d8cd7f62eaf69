"""The folder of one model's artifacts: what in it may be replaced, removed, or is not as listed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.core.files import remove
from seqbench.targets import TARGETS, Artifact, manifest
from seqbench.targets.manifest import ARTIFACTS, NAME, Entry

CHOOSE = "move it away or delete it, or choose another folder with --out"


def refuse_foreign(folder: Path, artifacts: Iterable[Artifact]) -> None:
    """Refuse a folder in which an export would replace what seqbench did not write.

    Raises:
        InputError: where an artifact or the manifest would be written, something else is, or what
            seqbench wrote there has changed since.

    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is not a folder: move it away, or choose another --out")
    found = manifest.find(folder)
    ours = set() if found is None else found.names
    wanted = [artifact.filename for artifact in artifacts]
    for name in (NAME, *wanted):
        path = folder / name
        plain = (path.is_file() or path.is_dir()) and not path.is_symlink()
        if os.path.lexists(path) and not (plain and name in ours):
            raise InputError(
                f"{path} is not what seqbench wrote there, as far as {folder / NAME} tells: "
                f"{CHOOSE}"
            )
    if found is not None:
        _refuse_changed(folder, (it for it in found.artifacts.values() if it.path in wanted))


def refuse_stale(folder: Path, sha256: str, artifacts: Iterable[Artifact]) -> None:
    """Refuse a folder in which files of other weights would stay beside the new ones.

    What seqbench wrote there of other weights is no hindrance: `remove_others` removes it.

    Args:
        folder: the folder of the model's artifacts.
        sha256: the hash of the model that is exported.
        artifacts: what will be written.

    Raises:
        InputError: such a file has changed since seqbench wrote it, or nobody knows what it is.

    """
    found = manifest.find(folder)
    if found is None:
        return
    wanted = {artifact.filename for artifact in artifacts}
    for name in found.unfinished:
        if name not in wanted and os.path.lexists(folder / name):
            raise InputError(
                f"{folder / name} was left by an export that did not end, and nobody knows what "
                f"it is: {CHOOSE}"
            )
    if found.model.sha256 != sha256:
        _refuse_changed(folder, found.artifacts.values())


def remove_others(folder: Path, sha256: str) -> tuple[str, ...]:
    """Remove the artifacts of other weights than those with this hash; return their names.

    Raises:
        InputError: one of them has changed since seqbench wrote it; then nothing is removed.

    """
    found = manifest.find(folder)
    if found is None or found.model.sha256 == sha256:
        return ()
    _refuse_changed(folder, found.artifacts.values())
    for entry in found.artifacts.values():
        remove(folder / entry.path)
    return tuple(entry.path for entry in found.artifacts.values())


def _refuse_changed(folder: Path, entries: Iterable[Entry]) -> None:
    for entry in entries:
        for change in find_changes(folder, entry):
            raise InputError(f"{folder / change} (as {NAME} has it): {CHOOSE}")


def find_changes(folder: Path, entry: Entry) -> Iterator[str]:
    """Yield what is at an artifact's place and not as its entry has it, a line for each file.

    Each line begins with the file's path relative to the folder. Files that are missing are none.
    """
    listed = {file.path: file.sha256 for file in entry.files}
    top = folder / entry.path
    for path in (top, *(sorted(top.rglob("*")) if not top.is_symlink() else ())):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield f"{name} is a link, which seqbench did not write"
        elif os.path.lexists(path) and not path.is_dir() and name not in listed:
            yield f"{name} is not what seqbench wrote"
        elif path.is_file():
            sha256 = manifest.hash_file(path)
            if sha256 != listed[name]:
                yield (
                    f"{name} has changed since it was exported: expected sha256 {listed[name]}, "
                    f"found {sha256}"
                )


def find_problems(folder: Path, entry: Entry) -> list[str]:
    """Return what is not as an entry has it, a line for each file, those included that are gone."""
    missing = [file for file in entry.files if not os.path.lexists(folder / file.path)]
    gone = [f"{file.path} is missing: expected sha256 {file.sha256}" for file in missing]
    return [*find_changes(folder, entry), *gone]


def find_unlisted(folder: Path) -> list[Artifact]:
    """Return the artifacts by whose names something is in a folder that its manifest lacks."""
    listed = manifest.read(folder).artifacts
    return [
        artifact
        for label, artifact in ARTIFACTS.items()
        if label not in listed and os.path.lexists(folder / artifact.filename)
    ]


def find_folders(path: Path) -> list[Path]:
    """Return the folders of exported models that a path is, or that lie in it.

    None where it is something else, such as an artifact.

    Raises:
        InputError: such a folder has no manifest.

    """
    if not path.is_dir() or any(target.recognizes(path) for target in TARGETS.values()):
        return []
    inside = sorted(child for child in path.iterdir() if child.is_dir())
    found = [folder for folder in ([path] if _is_dist(path) else inside) if _is_dist(folder)]
    for folder in found:
        manifest.read(folder)
    return found


def _is_dist(folder: Path) -> bool:
    """Whether a folder has a manifest, or what seqbench's exports are called."""
    names = (NAME, *(artifact.filename for artifact in ARTIFACTS.values()))
    return any(os.path.lexists(folder / name) for name in names)
