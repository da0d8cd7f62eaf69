"""Keras operations said in operations that every format has, in place while a model is traced.

A substitute takes the original and then its arguments. It is arithmetic on the same values, one
file each with its source; the verdict on every export holds it to the model.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pkgutil import resolve_name
from typing import Any

from seqbench.backends.patches import (
    adaptive_pool,
    band_part,
    bias,
    bincount,
    celu,
    channels_first,
    conv3d_transpose,
    dilated_conv,
    einsum,
    exact_resize,
    float64_conv,
    grouped_conv,
    half_range,
    int8_matmul,
    lookup,
    narrow_conv,
    normalize,
    open_resize,
    open_size,
    pool3d,
    repeat,
    resize,
    rnn,
    seeds,
    silu,
    softplus,
    stft,
    time_distributed,
)

Table = Mapping[str, tuple[Callable[..., Any], ...]]
"""Substitutes by what they replace, the outermost last: a place in Keras's TensorFlow backend, or a
full name."""

RUNNABLE: Table = {
    "nn.conv": (channels_first.same_layout,),
    "nn.depthwise_conv": (channels_first.same_layout,),
    "nn.separable_conv": (channels_first.same_layout,),
    "nn.conv_transpose": (dilated_conv.conv_transpose, channels_first.same_layout),
    "nn.max_pool": (pool3d.pool_lacking, channels_first.same_layout),
    "nn.average_pool": (pool3d.pool_lacking, channels_first.same_layout),
    "nn.adaptive_max_pool": (
        pool3d.adaptive_pool_lacking,
        adaptive_pool.maximum,
        channels_first.same_layout,
    ),
    "nn.adaptive_average_pool": (
        pool3d.adaptive_pool_lacking,
        adaptive_pool.average,
        channels_first.same_layout,
    ),
    "keras.src.ops.image.resize": (open_size.resize,),
    "tensorflow.range": (half_range.span,),
    "keras.src.layers.rnn.time_distributed.TimeDistributed.call": (time_distributed.open_time,),
}
"""What TensorFlow cannot run on a CPU at all: in place wherever a model runs there."""

EXACT: Table = {
    "nn.conv": (narrow_conv.conv, channels_first.same_layout),
    "tensorflow.image.resize": (exact_resize.resize,),
}
"""What TensorFlow computes in float32 where a model is in float64, or wrongly there: in place while
the twin runs."""

IN_FLOAT32: Table = {
    "nn.conv": (
        narrow_conv.conv,
        dilated_conv.conv3d,
        grouped_conv.conv,
        channels_first.same_layout,
    ),
    "nn.depthwise_conv": (narrow_conv.conv, channels_first.same_layout),
    "nn.separable_conv": (narrow_conv.separable_conv, channels_first.same_layout),
    "nn.conv_transpose": (dilated_conv.conv_transpose, channels_first.same_layout),
    "nn.max_pool": (pool3d.pool, channels_first.same_layout),
    "nn.average_pool": (pool3d.pool, channels_first.same_layout),
    "nn.adaptive_max_pool": (
        pool3d.adaptive_pool,
        adaptive_pool.maximum,
        channels_first.same_layout,
    ),
    "nn.adaptive_average_pool": (
        pool3d.adaptive_pool,
        adaptive_pool.average,
        channels_first.same_layout,
    ),
    "numpy.add": (bias.add,),
    "numpy.repeat": (repeat.repeat,),
    "numpy.einsum": (int8_matmul.einsum,),
    "numpy.matmul": (int8_matmul.matmul,),
    "nn.silu": (silu.silu,),
    "nn.softplus": (softplus.softplus,),
    "nn.log_sigmoid": (softplus.log_sigmoid,),
    "nn.celu": (celu.celu,),
    "keras.src.ops.image.resize": (open_size.resize,),
    "image.resize": (resize.resize,),
    "tensorflow.image.resize": (open_resize.resize,),
    "tensorflow.range": (half_range.span,),
    "math.stft": (stft.stft,),
    "keras.src.ops.nn._normalize": (normalize.normalize,),
    "keras.src.utils.tf_utils.dense_bincount": (bincount.dense_bincount,),
    "tensorflow.lookup.StaticHashTable.lookup": (lookup.lookup,),
    "keras.src.layers.rnn.time_distributed.TimeDistributed.call": (time_distributed.call,),
    "keras.src.random.seed_generator.SeedGenerator.next": (seeds.peek,),
}
"""What some format cannot express in float32: in place only while a model is traced for export."""

EXPORTABLE: Table = {
    **IN_FLOAT32,
    **{
        place: (substitute, *IN_FLOAT32[place])
        for place, substitute in (
            ("nn.conv", float64_conv.conv),
            ("nn.depthwise_conv", float64_conv.depthwise_conv),
            ("nn.separable_conv", float64_conv.separable_conv),
            ("nn.conv_transpose", float64_conv.conv_transpose),
            ("nn.average_pool", float64_conv.average_pool),
        )
    },
}
"""The same with what some format has in float32 alone."""

TFJS: Table = {
    **IN_FLOAT32,
    "nn.conv_transpose": (conv3d_transpose.conv_transpose, *IN_FLOAT32["nn.conv_transpose"]),
    "tensorflow.einsum": (einsum.einsum,),
    "tensorflow.linalg.band_part": (band_part.band_part,),
}
"""What TF.js lacks, which the others have in a faster form, in float32, which is all it has."""

TFLITE: Table = {**IN_FLOAT32, "keras.src.backend.rnn": (rnn.rnn,)}
"""What TFLite lacks, in float32; and loops, whose lists it takes with a static batch alone."""


@contextmanager
def in_place(table: Table) -> Iterator[None]:
    """Put substitutes in the place of Keras's own operations, and these back at the end."""
    before: list[tuple[Any, str, Any]] = []
    for place, substitutes in table.items():
        holder, name = _holder(place)
        found = getattr(holder, name)
        before.append((holder, name, found))
        for substitute in substitutes:
            found = _named(substitute, found)
        setattr(holder, name, found)
    try:
        yield
    finally:
        for holder, name, found in reversed(before):
            setattr(holder, name, found)


def _holder(place: str) -> tuple[Any, str]:
    """Return the module or class that holds an operation, and the operation's name there."""
    if not place.startswith(("keras.", "tensorflow.")):
        place = f"keras.src.backend.tensorflow.{place}"
    holder, name = place.rsplit(".", 1)
    return resolve_name(holder), name


def _named(substitute: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Call the substitute with every argument under its name, however the caller gave it."""
    signature = inspect.signature(original)

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        return substitute(original, **given.arguments)

    return call
