"""A resize of images of any size as two matrix products, whose weights the running graph works out.

`seqbench.substitutes.resize` has them as constants where the size is known. Cubic and Lanczos
kernels and antialiasing are what formats have not, or with other coefficients.
"""

from collections.abc import Callable
from typing import Any

from seqbench.substitutes.resize_weights import weights


def resize(
    original: Callable[..., Any],
    *,
    images: Any,
    size: Any,
    method: str,
    antialias: bool,
    **more: Any,
) -> Any:
    """Resize images (batch, height, width, channels) of an open size, to float32.

    Images of a known size, and interpolations that every format has, are left to the original.
    """
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    is_open = images.shape.rank == 4 and None in images.shape[1:3]
    if is_native(method, antialias=antialias) or not is_open:
        return original(images=images, size=size, method=method, antialias=antialias, **more)
    return weighed(images, size, method, antialias=antialias, dtype="float32")


def is_native(method: str, *, antialias: bool) -> bool:
    """Tell whether every format has an interpolation."""
    return method == "nearest" or (method == "bilinear" and not antialias)


def weighed(images: Any, size: Any, method: str, *, antialias: bool, dtype: str) -> Any:
    """Return images (batch, height, width, channels) of another size in a floating dtype."""
    import tensorflow as tf

    found = tf.unstack(tf.shape(images))
    height, width, channels = (
        found[axis] if images.shape[axis] is None else images.shape[axis] for axis in (1, 2, 3)
    )
    new_height, new_width = size if isinstance(size, list | tuple) else tf.unstack(size)
    rows = weights(height, new_height, method, antialias=antialias, dtype=dtype)
    columns = weights(width, new_width, method, antialias=antialias, dtype=dtype)
    x = tf.reshape(tf.cast(images, dtype), [-1, height, width * channels])
    x = tf.reshape(tf.matmul(rows, x), [-1, width, channels])
    return tf.reshape(tf.matmul(columns, x), [-1, new_height, new_width, channels])
