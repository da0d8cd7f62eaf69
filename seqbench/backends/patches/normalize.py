"""Division by the length, kept from zero by a maximum: LiteRT's 1 / sqrt(0) is NaN, not infinity.

x * min(1 / sqrt(s), 1 / epsilon) = x / max(sqrt(s), epsilon). Source: `keras.ops.normalize`.
"""

from collections.abc import Callable
from typing import Any


def normalize(
    original: Callable[..., Any], *, x: Any, axis: Any, order: int, epsilon: float | None
) -> Any:
    """Divide by the Euclidean length along an axis; other orders are left to the original."""
    import keras
    import tensorflow as tf

    x = tf.convert_to_tensor(x)
    if order != 2 or len(x.shape) == 0:
        return original(x, axis, order, epsilon)
    smallest = keras.config.epsilon() if epsilon is None else epsilon
    length = tf.sqrt(tf.reduce_sum(tf.square(x), axis=axis, keepdims=True))
    return x / tf.maximum(length, tf.cast(smallest, x.dtype))
