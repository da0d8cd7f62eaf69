"""A range of float16 numbers, as sparsemax counts: TensorFlow has it outside of graphs alone."""

from collections.abc import Callable
from typing import Any


def span(original: Callable[..., Any], *, dtype: Any, **more: Any) -> Any:
    """Return `tf.range` in float16 as the float32 one, cast; other dtypes are left to it."""
    import tensorflow as tf

    if dtype is None or tf.as_dtype(dtype) != tf.float16:
        return original(dtype=dtype, **more)
    return tf.cast(original(dtype=tf.float32, **more), tf.float16)
