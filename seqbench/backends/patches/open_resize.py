"""A resize of images of any size as two matrix products, whose weights the running graph works out.

`seqbench.backends.patches.resize` has them as constants where the size is known. Cubic and Lanczos
kernels and antialiasing are what formats have not, or with other coefficients.
"""

from collections.abc import Callable
from typing import Any

from seqbench.backends.patches.resize import is_native, weighed
from seqbench.backends.patches.resize_weights import weights


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
    return worked_out(images, size, method, antialias=antialias, dtype="float32")


def worked_out(images: Any, size: Any, method: str, *, antialias: bool, dtype: str) -> Any:
    """Return images (batch, height, width, channels) of another size in a floating dtype."""
    import tensorflow as tf

    found = tf.unstack(tf.shape(images))
    before = (found[axis] if images.shape[axis] is None else images.shape[axis] for axis in (1, 2))
    after = size if isinstance(size, list | tuple) else tf.unstack(size)
    shares = [
        weights(old, new, method, antialias=antialias, dtype=dtype)
        for old, new in zip(before, after, strict=True)
    ]
    return weighed(tf.cast(images, dtype), after, *shares)
