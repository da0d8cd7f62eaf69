"""Which target an artifact is of, whoever made it."""

from pathlib import Path

from seqbench.core.errors import InputError


def target_of(artifact: Path) -> str:
    """Return the name of the target that the artifact is of, by its form.

    Raises:
        InputError: there is nothing at the path, or nothing that a runtime here reads.

    """
    if artifact.is_dir():
        if (artifact / "saved_model.pb").exists():
            return "saved_model"
        if (artifact / "model.json").exists():
            return "tfjs"
    elif artifact.exists():
        suffixes = {".tflite": "tflite", ".onnx": "onnx"}
        if artifact.suffix in suffixes:
            return suffixes[artifact.suffix]
        if artifact.name == "model.json":
            return "tfjs"
    else:
        msg = f"{artifact}: no such file or folder"
        raise InputError(msg)
    msg = (
        f"{artifact}: expected a .tflite or .onnx file, or a folder with saved_model.pb or "
        "model.json"
    )
    raise InputError(msg)
