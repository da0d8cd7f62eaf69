"""A resize in float64, which TensorFlow computes in float32 whatever it is given.

Bilinear goes, in each axis, between the two nearest pixels. Source: the definition in TensorFlow's
`compute_interpolation_weights` (image_resizer_state.h), with centres at half pixels. The others are
matrix products, as in `seqbench.backends.patches.open_resize`.
"""

from collections.abc import Callable
from typing import Any

from seqbench.backends.patches.open_resize import worked_out
from seqbench.backends.patches.resize import is_native


def resize(original: Callable[..., Any], *, images: Any, size: Any, **more: Any) -> Any:
    """Resize float64 images (batch, height, width, channels); others are left to the original."""
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    method, antialias = more["method"], more["antialias"]
    if method == "nearest" or images.dtype != tf.float64 or len(images.shape) != 4:
        return original(images=images, size=size, **more)
    if not is_native(method, antialias=antialias):
        return worked_out(images, size, method, antialias=antialias, dtype="float64")
    height, width = tf.unstack(tf.cast(size, tf.int32))
    resized = _along(_along(images, 1, height), 2, width)
    known = tf.get_static_value(tf.stack([height, width]))
    resized.set_shape([images.shape[0], *(known if known is not None else (None, None)), None])
    return tf.ensure_shape(resized, [*resized.shape[:3], images.shape[3]])


def _along(x: Any, axis: int, after: Any) -> Any:
    """Return x with `after` elements along an axis."""
    import tensorflow as tf

    before = tf.shape(x)[axis]
    scale = tf.cast(before, tf.float64) / tf.cast(after, tf.float64)
    place = (tf.range(tf.cast(after, tf.float64), dtype=tf.float64) + 0.5) * scale - 0.5
    below = tf.floor(place)
    lower = tf.maximum(tf.cast(below, tf.int32), 0)
    upper = tf.minimum(tf.cast(tf.math.ceil(place), tf.int32), before - 1)
    share = tf.reshape(place - below, [-1, *[1] * (3 - axis)])
    low, high = tf.gather(x, lower, axis=axis), tf.gather(x, upper, axis=axis)
    return low + (high - low) * share
