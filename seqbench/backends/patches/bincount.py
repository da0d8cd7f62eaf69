"""A count of categories is a sum of one-hot rows: no format has TensorFlow's DenseBincount.

Source: the rank-3 path of `keras.src.utils.numerical_utils.encode_categorical_inputs`.
"""

from collections.abc import Callable
from typing import Any


def dense_bincount(
    original: Callable[..., Any],  # noqa: ARG001 - replaced whole
    *,
    inputs: Any,
    depth: int,
    binary_output: bool,
    dtype: Any,
    count_weights: Any,
) -> Any:
    """Count (or, binary, mark) what is in 0 <= x < depth: (..., n) to (..., depth)."""
    import tensorflow as tf

    if inputs.dtype.is_floating:
        inputs = tf.cast(inputs, "int32")
    found = tf.equal(tf.expand_dims(inputs, -1), tf.range(depth, dtype=inputs.dtype))
    if binary_output:
        return tf.cast(tf.reduce_any(found, axis=-2), dtype)
    ones = tf.cast(found, dtype if count_weights is None else count_weights.dtype)
    if count_weights is not None:
        ones *= tf.expand_dims(count_weights, -1)
    return tf.reduce_sum(ones, axis=-2)
