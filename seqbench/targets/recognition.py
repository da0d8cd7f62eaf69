"""Which target an artifact is of, whoever made it, and where a run has its own."""

from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.core.record import Cell
from seqbench.core.store import Store
from seqbench.targets import TARGETS, Artifact


def whole(given: Path) -> Path:
    """Return the artifact: the folder, where a path is that of a file which stands for it."""
    mains = {target.main_file for target in TARGETS.values()}
    return given.parent if given.is_file() and given.name in mains else given


def target_of(artifact: Path) -> str:
    """Return the name of the target that the artifact is of, by its form.

    Raises:
        InputError: there is nothing at the path, or nothing that a runtime here reads.

    """
    if not artifact.exists():
        msg = f"{artifact}: no such file or folder"
        raise InputError(msg)
    for name, target in TARGETS.items():
        if target.recognizes(artifact):
            return name
    *forms, last = (target.form for target in TARGETS.values())
    msg = f"{artifact}: expected {', '.join(forms)} or {last}"
    raise InputError(msg)


def artifact_path(store: Store, cell: Cell) -> Path:
    """Return what a cell's runtime loads: an artifact, for Keras itself the model's own folder."""
    if cell.target is None:
        return store.model(cell.model)
    artifact = Artifact(target=TARGETS[cell.target], variant=cell.variant)
    return store.artifacts / cell.model / artifact.filename
