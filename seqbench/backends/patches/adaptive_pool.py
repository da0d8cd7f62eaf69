"""An adaptive pool of windows of one size is a plain pool, one axis after the other.

Keras 3.15 always makes a second pool besides, of windows that are one longer: to a size of 1, that
window is longer than the input, which TensorFlow refuses in a graph (and a maximum of it ends the
process). Source: `_adaptive_average_pool2d` in `keras.src.backend.tensorflow.nn`.
In float64, which ONNX Runtime cannot pool, averages over windows of two sizes are one product.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def average(original: Callable[..., Any], **arguments: Any) -> Any:
    """Average (batch, *space, channels) over windows to an output size."""
    from keras.src.backend.tensorflow import nn

    space = tuple(arguments["inputs"].shape[1:-1])
    product = arguments["inputs"].dtype == "float64" and None not in space
    return _pool(_averages if product else original, nn.average_pool, **arguments)


def _averages(lines: Any, output_size: tuple[int], _: str) -> Any:
    """Return (batch, after, width) of averages of lines of shape (batch, before, width)."""
    import tensorflow as tf

    (after,), before = output_size, lines.shape[1]
    weights = np.zeros((after, before))
    for i in range(after):
        window = slice(i * before // after, -(-(i + 1) * before // after))
        weights[i, window] = 1 / (window.stop - window.start)
    return tf.matmul(tf.constant(weights), lines)


def maximum(original: Callable[..., Any], **arguments: Any) -> Any:
    """Take the maximum of (batch, *space, channels) over windows to an output size."""
    from keras.src.backend.tensorflow import nn

    return _pool(original, nn.max_pool, **arguments)


def _pool(
    original: Callable[..., Any],
    plain: Callable[..., Any],
    *,
    inputs: Any,
    output_size: Any,
    data_format: str,
) -> Any:
    """Pool the axes that divide, all at once, and leave the others to the original."""
    import tensorflow as tf

    space = tuple(inputs.shape[1:-1])
    wanted = (output_size,) * len(space) if isinstance(output_size, int) else tuple(output_size)
    windows = tuple(
        size // after if size is not None and size % after == 0 else 1
        for size, after in zip(space, wanted, strict=True)
    )
    if max(windows) == 1 and original is not _averages:
        return original(inputs, output_size, data_format)
    divides = max(windows) > 1
    x = plain(inputs, windows, windows, "valid", data_format) if divides else inputs
    channels = x.shape[-1]
    for axis, after in enumerate(wanted, start=1):
        before = x.shape[axis]
        if before != after:  # along this axis alone, as one of lines
            sizes = x.shape.as_list()
            rest = sizes[axis + 1 : -1]
            width = channels
            for size in rest:
                width *= size
            lines = original(tf.reshape(x, [-1, before, width]), (after,), data_format)
            x = tf.reshape(lines, [-1, *sizes[1:axis], after, *rest, channels])
    return x
