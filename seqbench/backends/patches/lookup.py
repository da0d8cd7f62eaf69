"""A table of whole numbers, asked by binary search in its sorted keys: no format has hash tables.

Source: Knuth, The Art of Computer Programming, volume 3, section 6.2.1, algorithm U.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def lookup(original: Callable[..., Any], *, self: Any, keys: Any, name: Any) -> Any:
    """Return a `tf.lookup.StaticHashTable`'s values of keys of any shape.

    Tables of strings are left to the original.
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
