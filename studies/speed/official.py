"""One model to one format by its official converter: `python -m studies.speed.official`.

Arguments: the format, the `.keras` file, the SavedModel that Keras made of it, where to write.
ONNX has a command of its own, tf2onnx's; see `command`.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def command(target: str, model: Path, saved: Path, out: Path) -> list[str]:
    """Return the command that a reader of the converter's documentation types."""
    if target == "onnx":
        found = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", str(saved)]
        return [*found, "--output", str(out)]
    module = "studies.speed.official"
    return [sys.executable, "-m", module, target, str(model), str(saved), str(out)]


def main(target: str, model: Path, saved: Path, out: Path) -> None:
    """Convert a model."""
    if target == "tfjs":
        _tfjs(saved, out)
        return
    import keras

    loaded = keras.models.load_model(model)
    if target == "saved_model":
        loaded.export(saved)
        return
    import tensorflow as tf

    out.write_bytes(tf.lite.TFLiteConverter.from_keras_model(loaded).convert())


def _tfjs(saved: Path, out: Path) -> None:
    """Call what `tensorflowjs_converter --input_format=tf_saved_model` calls.

    The package's own `__init__` imports what does not run beside this TensorFlow, and its module
    names two packages that graph models do not need: shells stand in for them.
    """
    spec = importlib.util.find_spec("tensorflowjs")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("tensorflowjs is not installed")
    home = Path(spec.submodule_search_locations[0])
    for name, folder in (("tensorflowjs", home), ("tensorflowjs.converters", home / "converters")):
        shell = ModuleType(name)
        shell.__path__ = [str(folder)]
        sys.modules[name] = shell
    for name in ("tensorflow_decision_forests", "tensorflow_hub"):
        sys.modules.setdefault(name, ModuleType(name))
    module = importlib.import_module("tensorflowjs.converters.tf_saved_model_conversion_v2")
    module.convert_tf_saved_model(str(saved), str(out))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
