"""Keras's own export, all in one process: `python -m studies.speed.keras_own OUT MODEL...`.

There is no TF.js in it.
"""

import sys
from pathlib import Path

import keras  # noqa: TID253 - the process under measurement; nothing in seqbench imports it

from seqbench.targets import TARGETS

FORMATS = {"saved_model": "tf_saved_model", "onnx": "onnx", "tflite": "litert"}
"""What Keras calls each target."""


def main(out: Path, models: list[Path]) -> None:
    """Export each model to each format; say which fail."""
    for path in models:
        model = keras.models.load_model(path)
        (out / path.stem).mkdir(parents=True)
        for target, form in FORMATS.items():
            try:
                model.export(out / path.stem / TARGETS[target].filename, format=form, verbose=False)
            except Exception as error:  # noqa: BLE001 - converters raise what they like
                print(f"{path.stem}: {form}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
