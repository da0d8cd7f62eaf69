"""TFLite, for phones and small devices: built-in operations only."""

import tempfile
from pathlib import Path

from seqbench.freeze import Frozen, freeze
from seqbench.runtimes.litert import describe
from seqbench.targets import saved_model
from seqbench.targets.target import Exported, Target

FIXED_BATCH = 1
"""Rows per call of a model with a loop: the format's loops need static shapes."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a `.tflite` file."""
    import tensorflow as tf

    notes: tuple[str, ...] = ()
    if frozen.has_loop:
        frozen = freeze(frozen.model, batch_size=FIXED_BATCH)
        notes = (f"fixed batch of {FIXED_BATCH}: TFLite loops need static shapes",)
    with tempfile.TemporaryDirectory() as folder:
        # By way of a SavedModel, because that gives the file its signature with names.
        saved_model.export(frozen, Path(folder) / "model")
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(folder) / "model"))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        content = converter.convert()
    path.write_bytes(content)
    found = describe(path)
    return Exported(input=found.input, output=found.output, ops=found.ops, notes=notes)


TARGET = Target(
    name="tflite",
    filename="model.tflite",
    summary="TensorFlow Lite, for phones and small devices",
    packages=("tensorflow", "keras"),
    export=export,
)
