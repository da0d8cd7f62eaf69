"""Convolutions of `channels_first` data: moved to `channels_last` and back.

TensorFlow has no such convolution on CPUs ("only supports the NHWC tensor format"); the same sum of
products over moved axes is the same numbers.
"""

from collections.abc import Callable
from typing import Any


def same_layout(original: Callable[..., Any], *, inputs: Any, data_format: Any, **more: Any) -> Any:
    """Convolve inputs of shape (batch, channels, *space) or (batch, *space, channels)."""
    import keras
    import tensorflow as tf

    if (data_format or keras.config.image_data_format()) != "channels_first":
        return original(inputs=inputs, data_format=data_format, **more)
    last = len(inputs.shape) - 1
    moved = tf.transpose(inputs, [0, *range(2, last + 1), 1])
    outputs = original(inputs=moved, data_format="channels_last", **more)
    return tf.transpose(outputs, [0, last, *range(1, last)])
