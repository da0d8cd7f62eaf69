"""A bias along axis 1 of (batch, channels, *space) is an addition.

Keras makes it a BiasAdd in channels-first layout, which TFLite knows for images only. (Where the
last axis has as many elements as axis 1, Keras adds along the last axis: so does every export.)
Source: `keras.src.backend.tensorflow.numpy.add`.
"""

from collections.abc import Callable
from typing import Any


def add(original: Callable[..., Any], *, x1: Any, x2: Any) -> Any:
    """Add a bias of shape (1, channels, 1, ...); all else is left to the original."""
    import tensorflow as tf

    shape, bias = (tuple(getattr(x, "shape", ())) for x in (x1, x2))
    channels_first = (
        len(shape) == len(bias) > 2
        and all(size == 1 for axis, size in enumerate(bias) if axis != 1)
        and bias[1:2] == shape[1:2] != shape[-1:]
    )
    if channels_first and x1.dtype == x2.dtype:
        return tf.add(x1, x2)
    return original(x1, x2)
