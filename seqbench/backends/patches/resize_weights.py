"""What each pixel of a resized axis takes from each pixel before, worked out in the running graph.

Sources: Keys 1981 for the cubic kernel, Duchon 1979 for Lanczos; TensorFlow's
`resize_bicubic_op.cc`, which rounds a pixel's place to 1/1024, and `scale_and_translate_op.cc`.
"""

import math
from collections.abc import Callable
from typing import Any

STEPS = 1024
"""Places between two pixels at which TensorFlow knows the cubic kernel."""

NEAR = 1e-3
"""Up to here from its centre TensorFlow takes the Lanczos kernel for 1."""


def weights(before: Any, after: Any, method: str, *, antialias: bool, dtype: str) -> Any:
    """Return the share of each of `before` pixels in each new one, shape (after, before).

    Args:
        before: the axis's length, a number or a scalar tensor.
        after: its new length, likewise.
        method: `bilinear`, `bicubic`, `lanczos3` or `lanczos5`.
        antialias: whether a smaller image takes from all pixels that a new one covers.
        dtype: the floating dtype to work in.

    """
    import tensorflow as tf

    rounded = method == "bicubic" and not antialias
    # Which of two places a pixel is rounded to is a matter of float32, in float64 as well.
    places_in = "float32" if rounded else dtype
    old, new = tf.cast(before, places_in), tf.cast(after, places_in)
    half = tf.constant(0.5, places_in)
    centres, pixels = tf.range(new)[:, None] + half, tf.range(old)[None]
    if rounded:
        place = centres * (old / new) - half
        below = tf.floor(place)
        place = below + tf.round((place - below) * STEPS) / STEPS
        found = _cubic(tf.cast(pixels - place, dtype))
    else:
        step = 1 / (new / old)
        distance = pixels + half - centres * step
        found = KERNELS[method](distance / tf.maximum(step, 1) if antialias else distance)
    return found / tf.reduce_sum(found, axis=1, keepdims=True)


def _triangle(x: Any) -> Any:
    import tensorflow as tf

    return tf.maximum(1 - tf.abs(x), 0)


def _cubic(x: Any) -> Any:
    import tensorflow as tf

    x = tf.minimum(tf.abs(x), 2)
    near, far = ((1.5 * x - 2.5) * x) * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return tf.where(x < 1, near, far)


def _lanczos(x: Any, radius: float) -> Any:
    import tensorflow as tf

    x = tf.abs(x)
    angle = math.pi * tf.clip_by_value(x, NEAR, radius)
    found = radius * tf.sin(angle) * tf.sin(angle / radius) / (angle * angle)
    one, zero = tf.ones([], x.dtype), tf.zeros([], x.dtype)
    return tf.where(x <= NEAR, one, tf.where(x > radius, zero, found))


KERNELS: dict[str, Callable[[Any], Any]] = {
    "bilinear": _triangle,
    "bicubic": _cubic,
    "lanczos3": lambda x: _lanczos(x, 3.0),
    "lanczos5": lambda x: _lanczos(x, 5.0),
}
"""What a pixel gives, by its distance from the new one's centre."""
