"""A resize of images as two matrix products: one weighs the rows, one the columns.

Formats have bilinear and nearest resizing. Cubic and Lanczos kernels and antialiasing they have not
(or with other coefficients), though each is linear in the pixels and in one axis at a time.
Sources: Keys 1981 for the cubic kernel, Duchon 1979 for Lanczos; the weights are what
`tf.image.resize` makes of unit images, so they are its own to the last place.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def resize(  # noqa: PLR0913 - the arguments of the original
    original: Callable[..., Any],
    *,
    images: Any,
    size: Any,
    interpolation: str,
    antialias: bool,
    crop_to_aspect_ratio: bool,
    pad_to_aspect_ratio: bool,
    fill_value: float,
    data_format: Any,
    **more: Any,
) -> Any:
    """Resize images of shape (batch, height, width, channels) or with channels second.

    Images whose size is open are left to the original.
    """
    import keras
    import tensorflow as tf

    first = (data_format or keras.config.image_data_format()) == "channels_first"
    before = tuple(images.shape[2:4] if first else images.shape[1:3])
    native = is_native(interpolation, antialias=antialias)
    keeps = crop_to_aspect_ratio or pad_to_aspect_ratio
    if len(images.shape) != 4 or None in before or (native and not keeps):
        return original(
            images=images,
            size=size,
            interpolation=interpolation,
            antialias=antialias,
            crop_to_aspect_ratio=crop_to_aspect_ratio,
            pad_to_aspect_ratio=pad_to_aspect_ratio,
            fill_value=fill_value,
            data_format=data_format,
            **more,
        )
    size = tuple(int(length) for length in size)
    x = tf.transpose(images, [0, 2, 3, 1]) if first else images
    if crop_to_aspect_ratio:
        x = _cropped(x, size)
    elif pad_to_aspect_ratio:
        x = _padded(x, size, fill_value)
    if native or tuple(x.shape[1:3]) == size:
        x = original(images=x, size=size, interpolation=interpolation, data_format="channels_last")
    else:
        shares = [
            weights(old, new, interpolation, antialias=antialias)
            for old, new in zip(x.shape[1:3], size, strict=True)
        ]
        x = weighed(tf.cast(x, "float32"), size, *shares)
    return tf.transpose(x, [0, 3, 1, 2]) if first else x


def is_native(method: str, *, antialias: bool) -> bool:
    """Tell whether every format has an interpolation."""
    return method == "nearest" or (method == "bilinear" and not antialias)


def weighed(images: Any, size: Any, rows: Any, columns: Any) -> Any:
    """Return images (batch, height, width, channels) of another size, in their own dtype.

    Args:
        images: the images, in the dtype of the weights.
        size: the new height and width, numbers or scalar tensors.
        rows: the share of each row before in each new one, shape (new height, height).
        columns: likewise, shape (new width, width).

    """
    import tensorflow as tf

    found = tf.unstack(tf.shape(images))
    height, width, channels = (
        found[axis] if images.shape[axis] is None else images.shape[axis] for axis in (1, 2, 3)
    )
    x = tf.matmul(rows, tf.reshape(images, [-1, height, width * channels]))
    x = tf.matmul(columns, tf.reshape(x, [-1, width, channels]))
    return tf.reshape(x, [-1, size[0], size[1], channels])


def weights(before: int, after: int, method: str, *, antialias: bool) -> np.ndarray:
    """Return what each of `before` pixels gives to each new one, shape (after, before)."""
    import tensorflow as tf

    with tf.init_scope():
        units = tf.reshape(tf.eye(before), [1, before, 1, before])
        resized = tf.image.resize(units, [after, 1], method=method, antialias=antialias)
        found: np.ndarray = resized.numpy()[0, :, 0]
    return found


def _cropped(x: Any, size: tuple[int, int]) -> Any:
    """Cut the middle out, in the new size's aspect ratio, rounded as Keras rounds."""
    height, width = x.shape[1:3]
    new_height = max(min(height, _scaled(width, size[0], size[1])), 1)
    new_width = max(min(width, _scaled(height, size[1], size[0])), 1)
    top, left = (height - new_height) // 2, (width - new_width) // 2
    return x[:, top : top + new_height, left : left + new_width, :]


def _padded(x: Any, size: tuple[int, int], value: float) -> Any:
    """Add as much on each side as brings the new size's aspect ratio, rounded as Keras rounds."""
    import tensorflow as tf

    height, width = x.shape[1:3]
    rows = (max(height, _scaled(width, size[0], size[1])) - height) // 2
    columns = (max(width, _scaled(height, size[1], size[0])) - width) // 2
    value = tf.cast(value, x.dtype)
    return tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]], constant_values=value)


def _scaled(length: int, to: int, of: int) -> int:
    return int(np.float32(length * to) / np.float32(of))
