"""TensorFlow SavedModel: the frozen graph behind a `serving_default` signature."""

from pathlib import Path

from seqbench.models.stateless import stateful_notes
from seqbench.targets.frozen import INPUT, OUTPUT, Frozen, lookup_tables
from seqbench.targets.target import Exported


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a SavedModel folder."""
    # No constant can hold a table of words.
    save(frozen, path, with_variables=len(frozen.function.inputs) > 1)
    ops = tuple(sorted(frozen.ops))
    notes = stateful_notes(frozen.model)
    return Exported(input=frozen.input, output=frozen.output, ops=ops, notes=notes)


def save(frozen: Frozen, path: Path, *, with_variables: bool) -> None:
    """Write a SavedModel folder of the frozen graph, or of the graph with its variables."""
    import tensorflow as tf

    module = tf.Module()
    infer = frozen.traced if with_variables else frozen.function
    if with_variables:
        module.kept = [variable.value for variable in frozen.model.variables]
        module.tables = lookup_tables(frozen.model)
    spec = tf.TensorSpec(frozen.input.shape, infer.inputs[0].dtype, name=INPUT)
    module.serve = tf.function(
        lambda x: {OUTPUT: tf.nest.flatten(infer(x))[0]}, input_signature=[spec], autograph=False
    )
    # Gradients are for training, and those of quantized layers could not be saved.
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(module, str(path), signatures=module.serve, options=options)
