"""The band of a matrix, chosen by the distance of each place from the diagonal.

tfjs-converter 4.22.0 takes the number of diagonals below for the number above as well
(`MatrixBandPart` in op_list/matrices.js), so a causal mask lets the future through. Source: the
definition in `tf.linalg.band_part`.
"""

from collections.abc import Callable
from typing import Any


def band_part(
    original: Callable[..., Any],  # noqa: ARG001 - replaced whole
    *,
    input: Any,  # noqa: A002 - TensorFlow's name for it
    num_lower: Any,
    num_upper: Any,
    **more: Any,  # noqa: ARG001 - a name for the node
) -> Any:
    """Return matrices (..., rows, columns) with zeros, or False, outside the band."""
    import tensorflow as tf

    x = tf.convert_to_tensor(input)
    rows, columns = tf.unstack(tf.shape(x)[-2:])
    below = tf.expand_dims(tf.range(rows), 1) - tf.expand_dims(tf.range(columns), 0)
    lower, upper = tf.cast(num_lower, tf.int32), tf.cast(num_upper, tf.int32)
    lower = tf.where(lower < 0, rows, lower)
    upper = tf.where(upper < 0, columns, upper)
    inside = tf.logical_and(below <= lower, -below <= upper)
    if x.dtype == tf.bool:
        return tf.logical_and(x, inside)
    return tf.where(inside, x, tf.zeros_like(x))
