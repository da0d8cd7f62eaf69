"""A grouped convolution is one convolution for each group, side by side.

Keras hides it in a jit-compiled function that no exporter looks into; TF.js has none at all.
Source: Krizhevsky, Sutskever and Hinton 2012, section 3.2.
"""

from collections.abc import Callable
from typing import Any


def conv(original: Callable[..., Any], *, inputs: Any, kernel: Any, **more: Any) -> Any:
    """Convolve (batch, *space, channels) with a kernel (*size, channels / groups, filters)."""
    import tensorflow as tf

    channels = inputs.shape[-1]
    if channels == kernel.shape[-2]:
        return original(inputs=inputs, kernel=kernel, **more)
    groups = channels // kernel.shape[-2]
    parts = zip(tf.split(inputs, groups, axis=-1), tf.split(kernel, groups, axis=-1), strict=True)
    return tf.concat([original(inputs=x, kernel=w, **more) for x, w in parts], axis=-1)
