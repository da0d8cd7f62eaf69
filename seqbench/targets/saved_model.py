"""TensorFlow SavedModel: the frozen graph behind a `serving_default` signature."""

from pathlib import Path

from seqbench.freeze import INPUT, OUTPUT, Frozen
from seqbench.targets.target import Exported, Target


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a SavedModel folder."""
    import tensorflow as tf

    spec = tf.TensorSpec(frozen.input.shape, frozen.input.dtype, name=INPUT)
    module = tf.Module()
    module.serve = tf.function(
        lambda x: {OUTPUT: frozen.function(x)[0]}, input_signature=[spec], autograph=False
    )
    tf.saved_model.save(module, str(path), signatures=module.serve)
    return Exported(input=frozen.input, output=frozen.output, ops=tuple(sorted(frozen.ops)))


TARGET = Target(
    name="saved_model",
    filename="saved_model",
    summary="TensorFlow SavedModel, for servers",
    packages=("tensorflow", "keras"),
    export=export,
)
