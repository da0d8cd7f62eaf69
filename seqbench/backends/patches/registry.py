"""Which patches there are, by what they replace, and how they are put in place.

A patch replaces one function of Keras or TensorFlow while a model is traced or runs. It takes the
original and then its arguments. It is arithmetic on the same values, in operations that are there;
its docstring names the source, and the verdict on every export holds it to the model.

Patches change Keras for the whole process while they are in place: every model, every caller and
every thread then calls them. They are not for threads: two that put patches in place at the same
time can each put back what the other had put in.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pkgutil import resolve_name
from typing import Any

from seqbench.backends.patches import (
    activations,
    convolution,
    convolution_float64,
    layout,
    math,
    pooling,
    recurrent,
    resize,
    text,
)

Table = Mapping[str, tuple[Callable[..., Any], ...]]
"""Patches by what they replace, the outermost last: a name in Keras's TensorFlow backend, or a full
name."""

RUNNABLE: Table = {
    "nn.conv": (layout.channels_last,),
    "nn.depthwise_conv": (layout.channels_last,),
    "nn.separable_conv": (layout.channels_last,),
    "nn.conv_transpose": (convolution.conv_transpose_undilated, layout.channels_last),
    "nn.max_pool": (pooling.pool3d_where_lacking, layout.channels_last),
    "nn.average_pool": (pooling.pool3d_where_lacking, layout.channels_last),
    "nn.adaptive_max_pool": (
        pooling.pool3d_where_lacking,
        pooling.adaptive_max_pool,
        layout.channels_last,
    ),
    "nn.adaptive_average_pool": (
        pooling.pool3d_where_lacking,
        pooling.adaptive_average_pool,
        layout.channels_last,
    ),
    "keras.src.ops.image.resize": (resize.resize_to_open_size,),
    "tensorflow.range": (math.range_float16,),
    "keras.src.layers.rnn.time_distributed.TimeDistributed.call": (
        recurrent.time_distributed_open,
    ),
}
"""What TensorFlow cannot run on a CPU at all: in place wherever a model runs there."""

EXACT: Table = {
    "nn.conv": (convolution.conv_padded_first, layout.channels_last),
    "tensorflow.image.resize": (resize.resize_float64,),
}
"""What TensorFlow computes in float32 where a model is in float64, or wrongly there: in place while
the twin runs."""

IN_FLOAT32: Table = {
    "nn.conv": (
        convolution.conv_padded_first,
        convolution.conv3d_undilated,
        convolution.conv_by_group,
        layout.channels_last,
    ),
    "nn.depthwise_conv": (convolution.conv_padded_first, layout.channels_last),
    "nn.separable_conv": (convolution.conv_padded_first, layout.channels_last),
    "nn.conv_transpose": (convolution.conv_transpose_undilated, layout.channels_last),
    "nn.max_pool": (pooling.pool3d, layout.channels_last),
    "nn.average_pool": (pooling.pool3d, layout.channels_last),
    "nn.adaptive_max_pool": (
        pooling.adaptive_pool3d,
        pooling.adaptive_max_pool,
        layout.channels_last,
    ),
    "nn.adaptive_average_pool": (
        pooling.adaptive_pool3d,
        pooling.adaptive_average_pool,
        layout.channels_last,
    ),
    "numpy.add": (layout.add_bias,),
    "numpy.repeat": (layout.repeat,),
    "numpy.einsum": (math.einsum_int8,),
    "numpy.matmul": (math.matmul_int8,),
    "nn.silu": (activations.silu,),
    "nn.softplus": (activations.softplus,),
    "nn.log_sigmoid": (activations.log_sigmoid,),
    "nn.celu": (activations.celu,),
    "keras.src.ops.image.resize": (resize.resize_to_open_size,),
    "image.resize": (resize.resize_known_size,),
    "tensorflow.image.resize": (resize.resize_open_images,),
    "tensorflow.range": (math.range_float16,),
    "math.stft": (math.stft,),
    "keras.src.ops.nn._normalize": (math.normalize,),
    "keras.src.utils.tf_utils.dense_bincount": (text.dense_bincount,),
    "tensorflow.lookup.StaticHashTable.lookup": (text.lookup,),
    "keras.src.layers.rnn.time_distributed.TimeDistributed.call": (recurrent.time_distributed,),
    "keras.src.random.seed_generator.SeedGenerator.next": (math.peek_seed,),
}
"""What some format cannot express in float32: in place only while a model is traced for export."""

EXPORTABLE: Table = {
    **IN_FLOAT32,
    **{
        place: (patch, *IN_FLOAT32[place])
        for place, patch in (
            ("nn.conv", convolution_float64.conv),
            ("nn.depthwise_conv", convolution_float64.depthwise_conv),
            ("nn.separable_conv", convolution_float64.separable_conv),
            ("nn.conv_transpose", convolution_float64.conv_transpose),
            ("nn.average_pool", pooling.average_pool_float64),
        )
    },
}
"""The same with what some format has in float32 alone."""

TFJS: Table = {
    **IN_FLOAT32,
    "nn.conv_transpose": (convolution.conv3d_transpose_by_slice, *IN_FLOAT32["nn.conv_transpose"]),
    "tensorflow.einsum": (math.einsum_as_matmul,),
    "tensorflow.linalg.band_part": (math.band_part,),
}
"""What TF.js lacks, which the others have in a faster form, in float32, which is all it has."""

TFLITE: Table = {**IN_FLOAT32, "keras.src.backend.rnn": (recurrent.rnn,)}
"""What TFLite lacks, in float32; and loops, whose lists it takes with a static batch alone."""


@contextmanager
def in_place(table: Table) -> Iterator[None]:
    """Put patches in the place of the functions that they replace, and these back at the end.

    It is for the whole process, and not for threads.
    """
    before: list[tuple[Any, str, Any]] = []
    for place, patches in table.items():
        holder, name = _holder(place)
        found = getattr(holder, name)
        before.append((holder, name, found))
        for patch in patches:
            found = _named(patch, found)
        setattr(holder, name, found)
    try:
        yield
    finally:
        for holder, name, found in reversed(before):
            setattr(holder, name, found)


def _holder(place: str) -> tuple[Any, str]:
    """Return the module or class that holds a function, and the function's name there."""
    if not place.startswith(("keras.", "tensorflow.")):
        place = f"keras.src.backend.tensorflow.{place}"
    holder, name = place.rsplit(".", 1)
    return resolve_name(holder), name


def _named(patch: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Call the patch with every argument under its name, however the caller gave it."""
    signature = inspect.signature(original)

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        return patch(original, **given.arguments)

    return call
