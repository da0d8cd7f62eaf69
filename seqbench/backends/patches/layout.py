"""Patches of where a tensor's axes lie and how long they are, and helpers for the other patches."""

from collections.abc import Callable
from typing import Any


def channels_last(
    original: Callable[..., Any], *, inputs: Any, data_format: Any, **more: Any
) -> Any:
    """Convolve or pool inputs of shape (batch, channels, *space) or (batch, *space, channels).

    `channels_first` data are moved to `channels_last` and back: TensorFlow has no such convolution
    on CPUs ("only supports the NHWC tensor format"); the same sum of products over moved axes is
    the same numbers.
    """
    import keras
    import tensorflow as tf

    if (data_format or keras.config.image_data_format()) != "channels_first":
        return original(inputs=inputs, data_format=data_format, **more)
    last = len(inputs.shape) - 1
    moved = tf.transpose(inputs, [0, *range(2, last + 1), 1])
    outputs = original(inputs=moved, data_format="channels_last", **more)
    return tf.transpose(outputs, [0, last, *range(1, last)])


def add_bias(original: Callable[..., Any], *, x1: Any, x2: Any) -> Any:
    """Add a bias of shape (1, channels, 1, ...); all else is left to the original.

    Keras makes it a BiasAdd in channels-first layout, which TFLite knows for images only. (Where
    the last axis has as many elements as axis 1, Keras adds along the last axis: so does every
    export.) Source: `keras.src.backend.tensorflow.numpy.add`.
    """
    import tensorflow as tf

    shape, bias = (tuple(getattr(x, "shape", ())) for x in (x1, x2))
    channels_first = (
        len(shape) == len(bias) > 2
        and all(size == 1 for axis, size in enumerate(bias) if axis != 1)
        and bias[1:2] == shape[1:2] != shape[-1:]
    )
    if channels_first and x1.dtype == x2.dtype:
        return tf.add(x1, x2)
    return original(x1, x2)


def repeat(original: Callable[..., Any], *, x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Repeat each slice; repeats of several numbers, or of the batch, are left to the original.

    As much of the result's shape is constant as is known. `tf.repeat` computes the whole shape
    from the tensor's own. TFLite's converter loses track of it where repeats and convolutions
    alternate (UpSampling2D, Conv2D, UpSampling2D, Conv2D): it then sees images of any size and any
    number of channels, for which it has no convolution. Sources:
    `keras.src.backend.tensorflow.numpy.repeat`,
    `tensorflow.python.ops.ragged.ragged_util.repeat`.
    """
    import tensorflow as tf

    if axis is None or not isinstance(repeats, int) or x.dtype == "uint16":  # no Tile of uint16
        return original(x=x, repeats=repeats, axis=axis)
    place = axis % len(x.shape)
    if place == 0:
        return original(x=x, repeats=repeats, axis=axis)
    times = [1] * (len(x.shape) + 1)
    times[place + 1] = repeats
    return _lengthen(x, place, repeats, tf.tile(tf.expand_dims(x, place + 1), times))


def space_out(x: Any, axis: int, step: int) -> Any:
    """Put `step - 1` zeros after each element along an axis."""
    import tensorflow as tf

    return _lengthen(x, axis, step, pad_axis(tf.expand_dims(x, axis + 1), axis + 1, 0, step - 1))


def _lengthen(x: Any, axis: int, times: int, filled: Any) -> Any:
    """Return `x` with an axis `times` as long, given what fills it along an axis behind that one.

    The first open length is left to the reshape, which needs no operation for it.
    """
    import tensorflow as tf

    lengths = sizes(x)
    lengths[axis] *= times
    if None in x.shape:
        lengths[list(x.shape).index(None)] = -1
    return tf.reshape(filled, lengths)


def pad_axis(x: Any, axis: int, before: Any, after: Any) -> Any:
    """Put zeros at both ends of one axis."""
    import tensorflow as tf

    return tf.pad(x, [[before, after] if i == axis else [0, 0] for i in range(len(x.shape))])


def sizes(x: Any) -> list[Any]:
    """Return a tensor's dimensions: numbers, and scalar tensors where they are open."""
    import tensorflow as tf

    known = list(x.shape)
    if None not in known:
        return known
    found = tf.shape(x)
    return [found[axis] if size is None else size for axis, size in enumerate(known)]


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """Return Keras's number (or None) for all axes, or one for each, as one for each."""
    return (value,) * rank if value is None or isinstance(value, int) else tuple(value)
