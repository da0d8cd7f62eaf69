"""In which precision the weights of a TF.js model really are."""

import json
from pathlib import Path


def holds_half_weights(artifact: Path) -> bool:
    """Tell whether any weights are in 16 bits."""
    return "float16" in _narrowed(artifact)


def holds_byte_weights(artifact: Path) -> bool:
    """Tell whether any weights are in 8 bits."""
    return "uint8" in _narrowed(artifact)


def _narrowed(artifact: Path) -> set[str]:
    """Return the dtypes of weights that the loader widens."""
    path = artifact / "model.json" if artifact.is_dir() else artifact
    groups = json.loads(path.read_bytes())["weightsManifest"]
    entries = [entry for group in groups for entry in group["weights"]]
    return {entry["quantization"]["dtype"] for entry in entries if "quantization" in entry}
