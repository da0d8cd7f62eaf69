"""Patches of pools that TensorFlow's CPUs or some format lack, in those that they have."""

from collections.abc import Callable
from typing import Any

import numpy as np

from seqbench.backends.patches.convolution_float64 import windows
from seqbench.backends.patches.layout import per_axis, sizes

LACKING = ("float16", "float64")
"""Dtypes in which TensorFlow's 3-D pools run on GPUs alone."""


def pool3d(
    original: Callable[..., Any],
    *,
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str,
    data_format: str,
) -> Any:
    """Pool (batch, depth, height, width, channels); other ranks are left to the original.

    A 3-D pool is a 2-D pool of every plane and then a 1-D pool along the depth. A maximum is the
    maximum of maxima. A mean is the mean of means, also at padded edges: a window has as many
    inputs as the product of its extents inside. TFLite has neither 3-D pool; TensorFlow has none
    for float16 and float64 on CPUs. Source: the separable windows of `tf.nn.pool`.
    """
    if len(inputs.shape) != 5:
        return original(inputs, pool_size, strides, padding, data_format)
    spans, steps = per_axis(pool_size, 3), per_axis(pool_size if strides is None else strides, 3)
    return _planes_then_depth(
        inputs,
        lambda planes: original(planes, spans[1:], steps[1:], padding, data_format),
        lambda lines: original(lines, spans[:1], steps[:1], padding, data_format),
    )


def adaptive_pool3d(
    original: Callable[..., Any], *, inputs: Any, output_size: Any, data_format: str
) -> Any:
    """Pool (batch, depth, height, width, channels) to `output_size`; other ranks as they were."""
    if len(inputs.shape) != 5:
        return original(inputs, output_size, data_format)
    after = per_axis(output_size, 3)
    return _planes_then_depth(
        inputs,
        lambda planes: original(planes, after[1:], data_format),
        lambda lines: original(lines, after[:1], data_format),
    )


def pool3d_where_lacking(original: Callable[..., Any], *, inputs: Any, **more: Any) -> Any:
    """Pool as `pool3d` or `adaptive_pool3d` what CPUs have no 3-D pool for; leave other dtypes."""
    if inputs.dtype not in LACKING:
        return original(inputs=inputs, **more)
    pool = adaptive_pool3d if "output_size" in more else pool3d
    return pool(original, inputs=inputs, **more)


def _planes_then_depth(
    inputs: Any, pool_planes: Callable[[Any], Any], pool_lines: Callable[[Any], Any]
) -> Any:
    import tensorflow as tf

    _, depth, *plane = sizes(inputs)
    planes = pool_planes(tf.reshape(inputs, (-1, *plane)))
    height, width, channels = sizes(planes)[1:]
    lines = pool_lines(tf.reshape(planes, (-1, depth, height * width * channels)))
    return tf.reshape(lines, (-1, sizes(lines)[1], height, width, channels))


def average_pool_float64(original: Callable[..., Any], **call: Any) -> Any:
    """Average over windows of (batch, *space, channels); padding does not count.

    ONNX Runtime pools in float32 alone, and adds in float64.
    """
    import tensorflow as tf

    inputs, padding = call["inputs"], call["padding"]
    size = per_axis(call["pool_size"], len(inputs.shape) - 2)
    strides = size if call["strides"] is None else call["strides"]
    found = windows(inputs, size, strides, padding, 1)
    if found is None:
        return original(**call)
    ones = np.ones((1, *inputs.shape[1:-1], 1))
    counted = windows(tf.constant(ones), size, strides, padding, 1)
    assert counted is not None  # noqa: S101 - of the same dtype and shape as the inputs
    counts = tf.add_n([x for _, x in counted])
    return tf.add_n([x for _, x in found]) / counts


def adaptive_average_pool(original: Callable[..., Any], **arguments: Any) -> Any:
    """Average (batch, *space, channels) over windows to an output size, as `_adaptive` does.

    In float64, which ONNX Runtime cannot pool, averages over windows of two sizes are one product.
    """
    from keras.src.backend.tensorflow import nn

    space = tuple(arguments["inputs"].shape[1:-1])
    product = arguments["inputs"].dtype == "float64" and None not in space
    return _adaptive(_averages if product else original, nn.average_pool, **arguments)


def adaptive_max_pool(original: Callable[..., Any], **arguments: Any) -> Any:
    """Take the maximum of (batch, *space, channels) over windows likewise."""
    from keras.src.backend.tensorflow import nn

    return _adaptive(original, nn.max_pool, **arguments)


def _averages(lines: Any, output_size: tuple[int], _: str) -> Any:
    """Return (batch, after, width) of averages of lines of shape (batch, before, width)."""
    import tensorflow as tf

    (after,), before = output_size, lines.shape[1]
    weights = np.zeros((after, before))
    for i in range(after):
        window = slice(i * before // after, -(-(i + 1) * before // after))
        weights[i, window] = 1 / (window.stop - window.start)
    return tf.matmul(tf.constant(weights), lines)


def _adaptive(
    original: Callable[..., Any],
    plain: Callable[..., Any],
    *,
    inputs: Any,
    output_size: Any,
    data_format: str,
) -> Any:
    """Pool the axes that divide, all at once, and leave the others to the original.

    An adaptive pool of windows of one size is a plain pool, one axis after the other. Keras 3.15
    always makes a second pool besides, of windows that are one longer: to a size of 1, that window
    is longer than the input, which TensorFlow refuses in a graph (and a maximum of it ends the
    process). Source: `_adaptive_average_pool2d` in `keras.src.backend.tensorflow.nn`.
    """
    import tensorflow as tf

    space = tuple(inputs.shape[1:-1])
    wanted = per_axis(output_size, len(space))
    spans = tuple(
        size // after if size is not None and size % after == 0 else 1
        for size, after in zip(space, wanted, strict=True)
    )
    if max(spans) == 1 and original is not _averages:
        return original(inputs, output_size, data_format)
    divides = max(spans) > 1
    x = plain(inputs, spans, spans, "valid", data_format) if divides else inputs
    channels = x.shape[-1]
    for axis, after in enumerate(wanted, start=1):
        before = x.shape[axis]
        if before != after:  # along this axis alone, as one of lines
            lengths = x.shape.as_list()
            rest = lengths[axis + 1 : -1]
            width = channels
            for size in rest:
                width *= size
            lines = original(tf.reshape(x, [-1, before, width]), (after,), data_format)
            x = tf.reshape(lines, [-1, *lengths[1:axis], after, *rest, channels])
    return x
