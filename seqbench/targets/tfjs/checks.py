"""TF.js graph models: where their weights come from.

An operation that TF.js does not know cannot run: it would have to be registered by the page.
"""

import json
from pathlib import Path

from seqbench.targets.checks import stays


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the weights files that are not in the folder of the model.json."""
    folder = artifact if artifact.is_dir() else artifact.parent
    try:
        model = json.loads((folder / "model.json").read_bytes())
        names = [str(name) for group in model["weightsManifest"] for name in group["paths"]]
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return ()
    return tuple(f"the weights file {name!r}" for name in names if not stays(name, folder))
