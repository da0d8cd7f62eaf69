"""Patches of the resizing of images: of interpolations, sizes and dtypes that something lacks.

Sources: Keys 1981 for the cubic kernel, Duchon 1979 for Lanczos.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from seqbench.backends.patches.layout import sizes

STEPS = 1024
"""Places between two pixels at which TensorFlow knows the cubic kernel."""

NEAR = 1e-3
"""Up to here from its centre TensorFlow takes the Lanczos kernel for 1."""


def resize_known_size(original: Callable[..., Any], **call: Any) -> Any:
    """Resize images of shape (batch, height, width, channels) or with channels second.

    Formats have bilinear and nearest resizing. Cubic and Lanczos kernels and antialiasing they have
    not (or with other coefficients), though each is linear in the pixels and in one axis at a time:
    one matrix product weighs the rows, one the columns.

    Images whose size is open are left to the original.
    """
    import keras
    import tensorflow as tf

    images, method, antialias = call["images"], call["interpolation"], call["antialias"]
    first = (call["data_format"] or keras.config.image_data_format()) == "channels_first"
    before = tuple(images.shape[2:4] if first else images.shape[1:3])
    native = _is_native(method, antialias=antialias)
    keeps = call["crop_to_aspect_ratio"] or call["pad_to_aspect_ratio"]
    if len(images.shape) != 4 or None in before or (native and not keeps):
        return original(**call)
    size = (int(call["size"][0]), int(call["size"][1]))
    x = tf.transpose(images, [0, 2, 3, 1]) if first else images
    if call["crop_to_aspect_ratio"]:
        x = _cropped(x, size)
    elif call["pad_to_aspect_ratio"]:
        x = _padded(x, size, call["fill_value"])
    if native or tuple(x.shape[1:3]) == size:
        x = original(images=x, size=size, interpolation=method, data_format="channels_last")
    else:
        shares = [
            constant_weights(old, new, method, antialias=antialias)
            for old, new in zip(x.shape[1:3], size, strict=True)
        ]
        x = _weighed(tf.cast(x, "float32"), size, *shares)
    return tf.transpose(x, [0, 3, 1, 2]) if first else x


def _is_native(method: str, *, antialias: bool) -> bool:
    """Tell whether every format has an interpolation."""
    return method == "nearest" or (method == "bilinear" and not antialias)


def _weighed(images: Any, size: Any, rows: Any, columns: Any) -> Any:
    """Return images (batch, height, width, channels) of another size, in their own dtype.

    Args:
        images: the images, in the dtype of the weights.
        size: the new height and width, numbers or scalar tensors.
        rows: the share of each row before in each new one, shape (new height, height).
        columns: likewise, shape (new width, width).

    """
    import tensorflow as tf

    height, width, channels = sizes(images)[1:]
    x = tf.matmul(rows, tf.reshape(images, [-1, height, width * channels]))
    x = tf.matmul(columns, tf.reshape(x, [-1, width, channels]))
    return tf.reshape(x, [-1, size[0], size[1], channels])


def constant_weights(before: int, after: int, method: str, *, antialias: bool) -> np.ndarray:
    """Return what each of `before` pixels gives to each new one, shape (after, before).

    It is what `tf.image.resize` makes of unit images, so its own to the last place.
    """
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


def resize_to_open_size(
    original: Callable[..., Any], *, images: Any, size: Any, **more: Any
) -> Any:
    """Resize images, as by UpSampling2D of images of any size; a known size as the original does.

    Keras 3.15 asks whether the size is positive, and a graph that alone knows it cannot be asked.
    Source: `keras.src.ops.image.resize`.
    """
    import tensorflow as tf
    from keras.src.ops import image

    if not any(tf.is_symbolic_tensor(length) for length in size):
        return original(images=images, size=size, **more)
    return image._resize(images, size, **more)


def resize_open_images(
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
    if _is_native(method, antialias=antialias) or not is_open:
        return original(images=images, size=size, method=method, antialias=antialias, **more)
    return _resized_in_graph(images, size, method, antialias=antialias, dtype="float32")


def _resized_in_graph(images: Any, size: Any, method: str, *, antialias: bool, dtype: str) -> Any:
    """Return images (batch, height, width, channels) of another size in a floating dtype."""
    import tensorflow as tf

    before = sizes(images)[1:3]
    after = size if isinstance(size, list | tuple) else tf.unstack(size)
    shares = [
        graph_weights(old, new, method, antialias=antialias, dtype=dtype)
        for old, new in zip(before, after, strict=True)
    ]
    return _weighed(tf.cast(images, dtype), after, *shares)


def resize_float64(original: Callable[..., Any], *, images: Any, size: Any, **more: Any) -> Any:
    """Resize float64 images (batch, height, width, channels); others are left to the original.

    TensorFlow computes a resize in float32 whatever it is given. Bilinear goes, in each axis,
    between the two nearest pixels. Source: the definition in its `compute_interpolation_weights`
    (image_resizer_state.h), with centres at half pixels. The others are matrix products.
    """
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    method, antialias = more["method"], more["antialias"]
    if method == "nearest" or images.dtype != tf.float64 or len(images.shape) != 4:
        return original(images=images, size=size, **more)
    if not _is_native(method, antialias=antialias):
        return _resized_in_graph(images, size, method, antialias=antialias, dtype="float64")
    height, width = tf.unstack(tf.cast(size, tf.int32))
    resized = _along(_along(images, 1, height), 2, width)
    known = tf.get_static_value(tf.stack([height, width]))
    resized.set_shape([images.shape[0], *(known if known is not None else (None, None)), None])
    return tf.ensure_shape(resized, [*resized.shape[:3], images.shape[3]])


def _along(x: Any, axis: int, after: Any) -> Any:
    """Return x with `after` elements along an axis."""
    import tensorflow as tf

    before = tf.shape(x)[axis]
    scale = tf.cast(before, tf.float64) / tf.cast(after, tf.float64)
    place = (tf.range(tf.cast(after, tf.float64), dtype=tf.float64) + 0.5) * scale - 0.5
    below = tf.floor(place)
    lower = tf.maximum(tf.cast(below, tf.int32), 0)
    upper = tf.minimum(tf.cast(tf.math.ceil(place), tf.int32), before - 1)
    share = tf.reshape(place - below, [-1, *[1] * (3 - axis)])
    low, high = tf.gather(x, lower, axis=axis), tf.gather(x, upper, axis=axis)
    return low + (high - low) * share


def graph_weights(before: Any, after: Any, method: str, *, antialias: bool, dtype: str) -> Any:
    """Return the share of each of `before` pixels in each new one, shape (after, before).

    The running graph works it out, where a length is open. Sources: TensorFlow's
    `resize_bicubic_op.cc`, which rounds a pixel's place to 1/1024, and `scale_and_translate_op.cc`.

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
