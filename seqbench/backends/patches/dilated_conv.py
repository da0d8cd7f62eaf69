"""A dilated kernel is a larger kernel with zeros between its elements.

TFLite has no dilated 3-D convolution, and TensorFlow no dilated transposed one on CPUs.
Source: Yu and Koltun 2016, section 2.
"""

from collections.abc import Callable
from typing import Any


def conv3d(
    original: Callable[..., Any], *, inputs: Any, kernel: Any, dilation_rate: Any, **more: Any
) -> Any:
    """Convolve (batch, depth, height, width, channels); other ranks are left to the original."""
    if len(inputs.shape) == 5:
        kernel, dilation_rate = spread(kernel, dilation_rate), 1
    return original(inputs=inputs, kernel=kernel, dilation_rate=dilation_rate, **more)


def conv_transpose(
    original: Callable[..., Any], *, kernel: Any, dilation_rate: Any, **more: Any
) -> Any:
    """Convolve transposed inputs of any rank."""
    return original(kernel=spread(kernel, dilation_rate), dilation_rate=1, **more)


def spread(kernel: Any, dilation_rate: Any) -> Any:
    """Put zeros between the elements of a kernel of shape (*size, channels, channels)."""
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    rank = len(kernel.shape) - 2
    rates = (dilation_rate,) * rank if isinstance(dilation_rate, int) else tuple(dilation_rate)
    for axis, rate in enumerate(rates):
        size = kernel.shape[axis]
        if rate == 1 or size == 1:
            continue
        shape = kernel.shape.as_list()
        # Each element, then rate - 1 zeros; those after the last element go.
        padding = [[0, 0] for _ in range(len(shape) + 1)]
        padding[axis + 1] = [0, rate - 1]
        wide = tf.reshape(
            tf.pad(tf.expand_dims(kernel, axis + 1), padding),
            [*shape[:axis], size * rate, *shape[axis + 1 :]],
        )
        kernel = tf.split(wide, [(size - 1) * rate + 1, rate - 1], axis=axis)[0]
    return kernel
