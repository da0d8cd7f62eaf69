"""TFLite, for phones and small devices: built-in operations only."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from seqbench.backends.patches import registry
from seqbench.models.stateless import stateful_notes
from seqbench.models.twin import holds_float64
from seqbench.runtimes.litert import describe
from seqbench.targets.frozen import Frozen
from seqbench.targets.graph_rewrites import bfloat16
from seqbench.targets.saved_model import writer
from seqbench.targets.target import Exported, refuse_float8, unsupported

FIXED_BATCH = 1
"""Rows per call of a model with lists of tensors, which need static shapes in TFLite."""

NARROW = ("float16", "bfloat16", "float64")
"""What TFLite has few operations for, and LiteRT runs in float32 alone."""

LOOPS = frozenset({"While", "StatelessWhile", "If", "StatelessIf"})
"""Operations in whose bodies the converter must find constants. In a graph without them it makes
constants of variables by itself, in a quarter of the memory."""

ASSERTING = frozenset({"Placeholder", "Const", "Identity", "NoOp", "Assert", "StringFormat"})
"""Operations that hand strings on or complain in words, which the converter drops."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a `.tflite` file.

    Raises:
        Unsupported: an operation of the model has no equivalent in TFLite.

    """
    return write(frozen, path, lambda _: None)


def write(frozen: Frozen, path: Path, adjust: Callable[[Any], None]) -> Exported:
    """Write a `.tflite` file with TensorFlow's converter, once `adjust` has set its options.

    Raises:
        Unsupported: as `export`.

    """
    import tensorflow as tf

    widened, notes = _prepared(frozen)
    with tempfile.TemporaryDirectory() as folder:
        # By way of a SavedModel, because that gives the file its signature with names.
        plain = widened.changed is None and not widened.traced_ops & LOOPS
        writer.save(widened, Path(folder) / "model", with_variables=plain)
        converter = tf.lite.TFLiteConverter.from_saved_model(str(Path(folder) / "model"))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        adjust(converter)
        content = _converted(converter, frozen)
    path.write_bytes(content)
    found = describe(path)
    return Exported(input=found.input, output=found.output, ops=found.ops, notes=notes)


@lru_cache(maxsize=1)  # a model's variants are written one after another
def _prepared(frozen: Frozen) -> tuple[Frozen, tuple[str, ...]]:
    """Return the graph as TFLite can have it, in float32, and what a user should know of it.

    The graph of one model is kept, the last: a second one frees it, so memory holds one at a time.
    """
    _refuse_strings(frozen)
    refuse_float8(frozen, "TFLite")
    notes = stateful_notes(frozen.model)
    if frozen.has_lists or holds_float64(frozen.model):
        frozen = frozen.traces.freeze(patches=registry.TFLITE)
    if frozen.has_lists:
        frozen = frozen.traces.freeze(FIXED_BATCH, registry.TFLITE)
        note = f"fixed batch of {FIXED_BATCH}: lists of tensors need static shapes in TFLite"
        notes = (*notes, note)
    widened = _in_float32(frozen)
    if widened is not frozen:
        notes = (*notes, "computes in float32: TFLite has few operations in other precisions")
    return widened, notes


def _converted(converter: Any, frozen: Frozen) -> bytes:
    """Convert, and say which layer's operation the format lacks."""
    from tensorflow.lite.python.convert import ConverterError

    try:
        content: bytes = converter.convert()
    except ConverterError as error:
        for found in error.errors:
            kind = found.ErrorCode.Name(found.error_code)
            if kind in ("ERROR_NEEDS_FLEX_OPS", "ERROR_NEEDS_CUSTOM_OPS"):
                op = found.operator.name.removeprefix("tf.")
                node = found.location.call[0].name.split("@")[0]
                reason = "LiteRT runs it only beside TensorFlow"
                raise unsupported(frozen, node, op, "TFLite", reason) from error
        raise
    return content


def _refuse_strings(frozen: Frozen) -> None:
    for op in frozen.traced.graph.get_operations():
        dtypes = {tensor.dtype.name for tensor in (*op.inputs, *op.outputs)}
        if "string" in dtypes and op.type not in ASSERTING:
            reason = "LiteRT has no operations on strings"
            raise unsupported(frozen, op.name, op.type, "TFLite", reason)


def _in_float32(frozen: Frozen) -> Frozen:
    """Return the graph in float32 between casts, or the same where it is in float32.

    The input keeps its dtype. The output is float32 where it would be bfloat16, which numpy has
    not, or float64, which it would only seem to be.
    """
    import tensorflow as tf

    traced = frozen.traced.graph.as_graph_def()
    if bfloat16.in_float32(traced, NARROW) == traced:
        return frozen
    graph_def = bfloat16.in_float32(frozen.function.graph.as_graph_def(), NARROW)
    names = [tensor.name for tensor in (frozen.function.inputs[0], frozen.function.outputs[0])]
    inner = tf.compat.v1.wrap_function(
        lambda: tf.graph_util.import_graph_def(graph_def, name=""), []
    )
    inner = inner.prune(*names)
    source, sink = frozen.function.inputs[0].dtype, frozen.function.outputs[0].dtype
    sink = tf.float32 if sink in (tf.bfloat16, tf.float64) else sink

    def between(x: Any) -> list[Any]:
        inside = inner(tf.cast(x, tf.float32) if source.name in NARROW else x)
        return [tf.cast(inside, sink)]

    spec = tf.TensorSpec(frozen.input.shape, source)
    function = tf.function(between, autograph=False).get_concrete_function(spec)
    output = replace(frozen.output, dtype=sink.name)
    return replace(frozen, changed=function, output=output)
