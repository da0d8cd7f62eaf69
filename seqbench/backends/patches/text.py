"""Patches of categories and vocabularies: counts and tables, which no format has."""

from collections.abc import Callable
from typing import Any

import numpy as np


def dense_bincount(
    original: Callable[..., Any],  # noqa: ARG001 - replaced whole
    *,
    inputs: Any,
    depth: int,
    binary_output: bool,
    dtype: Any,
    count_weights: Any,
) -> Any:
    """Count (or, binary, mark) what is in 0 <= x < depth: (..., n) to (..., depth).

    A count of categories is a sum of one-hot rows: no format has TensorFlow's DenseBincount.
    Source: the rank-3 path of `keras.src.utils.numerical_utils.encode_categorical_inputs`.
    """
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


def lookup(original: Callable[..., Any], *, self: Any, keys: Any, name: Any) -> Any:
    """Return a `tf.lookup.StaticHashTable`'s values of keys of any shape.

    A table of whole numbers is asked by binary search in its sorted keys: no format has hash
    tables. Tables of strings are left to the original. Source: Knuth, The Art of Computer
    Programming, volume 3, section 6.2.1, algorithm U.
    """
    import tensorflow as tf

    if not (self.key_dtype.is_integer and self.value_dtype.is_integer):
        # Said once more, since a frozen graph forgets the shape of what it looks up.
        return tf.reshape(original(self, keys, name), tf.shape(keys))
    with tf.init_scope():
        known, values = (np.asarray(part) for part in self.export())
        default = np.asarray(self.default_value)
    order = np.argsort(known)
    known, values = known[order], values[order]
    position = tf.constant(0)  # of the last key that is not too large
    for step in (1 << bit for bit in reversed(range((len(known) - 1).bit_length()))):
        ahead = tf.minimum(position + step, len(known) - 1)
        position = tf.where(tf.gather(known, ahead) <= keys, ahead, position)
    hit = tf.equal(tf.gather(known, position), keys)
    return tf.where(hit, tf.gather(values, position), default.astype(values.dtype))
