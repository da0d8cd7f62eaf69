"""TF.js models, of graphs or of layers: where their weights come from.

An operation or a layer that TF.js does not know cannot run: the page would have to register it.
"""

import json
from pathlib import Path

from seqbench.targets.checks import stays

NAME = "model.json"
"""What the file is called in its folder, unless somebody named it otherwise."""


def recognizes(path: Path) -> bool:
    """Whether a path is a model's folder, or its file: TF.js's own downloads have any name."""
    if path.name == NAME or (path / NAME).exists():
        return True
    return path.is_file() and path.suffix == ".json" and b'"modelTopology"' in path.read_bytes()


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the weights files that are not in the folder of the model.json."""
    folder = artifact if artifact.is_dir() else artifact.parent
    path = artifact / NAME if artifact.is_dir() else artifact
    try:
        model = json.loads(path.read_bytes())
        names = [str(name) for group in model["weightsManifest"] for name in group["paths"]]
    except (OSError, KeyError, TypeError, ValueError, RecursionError):
        return ()
    return tuple(f"the weights file {name!r}" for name in names if not stays(name, folder))
