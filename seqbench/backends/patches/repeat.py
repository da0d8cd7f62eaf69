"""`repeat` along an axis, with as much of the result's shape constant as is known.

`tf.repeat` computes the whole shape from the tensor's own. TFLite's converter loses track of it
where repeats and convolutions alternate (UpSampling2D, Conv2D, UpSampling2D, Conv2D): it then sees
images of any size and any number of channels, for which it has no convolution. Sources:
`keras.src.backend.tensorflow.numpy.repeat`, `tensorflow.python.ops.ragged.ragged_util.repeat`.
"""

from collections.abc import Callable
from typing import Any


def repeat(original: Callable[..., Any], *, x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat each slice; repeats of several numbers, or of the batch, are left to the original."""
    import tensorflow as tf

    shape = x.shape
    if axis is None or not isinstance(repeats, int) or x.dtype == "uint16":  # no Tile of uint16
        return original(x=x, repeats=repeats, axis=axis)
    place = axis % len(shape)
    if place == 0:
        return original(x=x, repeats=repeats, axis=axis)
    times = [1] * (len(shape) + 1)
    times[place + 1] = repeats
    tiled = tf.tile(tf.expand_dims(x, place + 1), times)
    taken = tf.shape(x)
    lengths = [taken[at] if length is None else length for at, length in enumerate(shape)]
    lengths[place] *= repeats
    if None in shape:
        lengths[list(shape).index(None)] = -1
    return tf.reshape(tiled, lengths)
