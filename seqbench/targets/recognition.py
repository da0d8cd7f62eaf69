"""Which target an artifact is of, whoever made it."""

from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.targets import TARGETS


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
