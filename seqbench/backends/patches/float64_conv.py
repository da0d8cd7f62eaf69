"""Convolutions and average pooling in float64 as sums of products, one for each kernel element.

ONNX Runtime has them in float32 alone, and a sum of matrix products in float64. Source: the
definition of the discrete convolution.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def conv(original: Callable[..., Any], **call: Any) -> Any:
    """Convolve (batch, *space, channels) with a kernel (*size, channels, filters)."""
    import tensorflow as tf

    total = _summed(tf.matmul, **call)
    return original(**call) if total is None else total


def depthwise_conv(original: Callable[..., Any], **call: Any) -> Any:
    """Convolve each channel of (batch, *space, channels) with (*size, channels, multiplier)."""
    import tensorflow as tf

    total = _summed(lambda x, element: x[..., None] * element, **call)
    if total is None:
        return original(**call)
    return tf.reshape(total, tf.concat([tf.shape(total)[:-2], [math.prod(total.shape[-2:])]], 0))


def _summed(
    product: Callable[[Any, Any], Any],
    *,
    inputs: Any,
    kernel: Any,
    strides: Any,
    padding: str,
    dilation_rate: Any,
    **_: Any,
) -> Any:
    """Return the sum of the products of all kernel elements; None where `_windows` gives none."""
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    windows = _windows(inputs, kernel.shape[:-2], strides, padding, dilation_rate)
    return None if windows is None else tf.add_n([product(x, kernel[at]) for at, x in windows])


def separable_conv(
    original: Callable[..., Any],
    *,
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any,
    padding: str,
    dilation_rate: Any,
    **more: Any,
) -> Any:
    """Convolve each channel of (batch, *space, channels) apart, and then the channels."""
    import tensorflow as tf

    pointwise_kernel = tf.convert_to_tensor(pointwise_kernel)
    size = tf.convert_to_tensor(depthwise_kernel).shape[:-2]
    windows = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    if _windows(inputs, size, **windows) is None:
        kernels = {"depthwise_kernel": depthwise_kernel, "pointwise_kernel": pointwise_kernel}
        return original(inputs=inputs, **kernels, **windows, **more)
    apart = depthwise_conv(original, inputs=inputs, kernel=depthwise_kernel, **windows)
    return tf.matmul(apart, pointwise_kernel[(0,) * len(size)])


def conv_transpose(
    original: Callable[..., Any],
    *,
    inputs: Any,
    kernel: Any,
    strides: Any,
    padding: str,
    output_padding: Any,
    dilation_rate: Any,
    **more: Any,
) -> Any:
    """Convolve transposed (batch, *space, channels) with an undilated (*size, filters, channels).

    Between the inputs come zeros; what the forward convolution had padded is cut off.
    """
    import tensorflow as tf
    from keras.src.backend.common.backend_utils import compute_conv_transpose_output_shape

    inputs, kernel = tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel)
    size, rank = kernel.shape[:-2], len(inputs.shape) - 2
    rule = (strides, padding, output_padding)
    if inputs.dtype != tf.float64 or None in inputs.shape[1:-1]:
        more |= {"strides": strides, "padding": padding, "output_padding": output_padding}
        return original(inputs=inputs, kernel=kernel, dilation_rate=dilation_rate, **more)
    after = compute_conv_transpose_output_shape(
        inputs.shape, size, kernel.shape[-2], *rule, "channels_last", dilation_rate
    )[1:-1]
    for axis, (step, length) in enumerate(zip(_each(strides, rank), size, strict=True), start=1):
        inputs = _apart(inputs, axis, step, length - 1)
    flipped = tf.linalg.matrix_transpose(tf.reverse(kernel, range(rank)))
    whole = conv(
        original, inputs=inputs, kernel=flipped, strides=1, padding="valid", dilation_rate=1
    )
    return _as_long_as(whole, after, _each(strides, rank), size, padding)


def _apart(x: Any, axis: int, step: int, around: int) -> Any:
    """Put `step - 1` zeros between elements along an axis, and `around` zeros on both sides."""
    import tensorflow as tf

    length, rank = x.shape[axis], len(x.shape)
    wide = tf.pad(tf.expand_dims(x, axis + 1), _on(axis + 1, rank + 1, 0, step - 1))
    shape = [-1, *x.shape[1:]]
    shape[axis] = length * step
    # The zeros after the last element are among those around.
    return tf.pad(tf.reshape(wide, shape), _on(axis, rank, around, max(around - step + 1, 0)))


def _as_long_as(x: Any, after: Any, strides: tuple[int, ...], size: Any, padding: str) -> Any:
    """Cut what the forward convolution padded, or add zeros that it had left over."""
    import tensorflow as tf

    for axis, (length, step, span) in enumerate(zip(after, strides, size, strict=True), start=1):
        before = 0
        if padding.lower() == "same":
            before = max((-(-length // step) - 1) * step + span - length, 0) // 2
        missing = max(before + length - x.shape[axis], 0)
        x = tf.pad(x, _on(axis, len(x.shape), 0, missing))
        x = x[(*[slice(None)] * axis, slice(before, before + length))]
    return x


def _on(axis: int, rank: int, before: int, after: int) -> list[list[int]]:
    """Return paddings of one axis alone."""
    return [[before, after] if i == axis else [0, 0] for i in range(rank)]


def average_pool(
    original: Callable[..., Any],
    *,
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str,
    **more: Any,
) -> Any:
    """Average over windows of (batch, *space, channels); padding does not count."""
    import tensorflow as tf

    rank = len(inputs.shape) - 2
    size = _each(pool_size, rank)
    strides = size if strides is None else strides
    windows = _windows(inputs, size, strides, padding, 1)
    if windows is None:
        more |= {"pool_size": pool_size, "strides": strides, "padding": padding}
        return original(inputs=inputs, **more)
    ones = np.ones((1, *inputs.shape[1:-1], 1))
    counted = _windows(tf.constant(ones), size, strides, padding, 1)
    assert counted is not None  # noqa: S101 - of the same dtype and shape as the inputs
    counts = tf.add_n([x for _, x in counted])
    return tf.add_n([x for _, x in windows]) / counts


def _windows(
    inputs: Any, size: Any, strides: Any, padding: str, dilation_rate: Any
) -> Iterator[tuple[tuple[int, ...], Any]] | None:
    """Return, for each kernel element, its index and what it is multiplied by; None unless float64.

    Sizes must be known.
    """
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    space = inputs.shape[1:-1]
    if inputs.dtype != tf.float64 or None in space:
        return None
    rank = len(space)
    steps, rates = _each(strides, rank), _each(dilation_rate, rank)
    spans = [(length - 1) * rate + 1 for length, rate in zip(size, rates, strict=True)]
    pads = [[0, 0]] * rank
    if padding.lower() == "same":
        short = [
            max((-(-n // step) - 1) * step + span - n, 0)
            for n, step, span in zip(space, steps, spans, strict=True)
        ]
        pads = [[missing // 2, missing - missing // 2] for missing in short]
    padded = tf.pad(inputs, [[0, 0], *pads, [0, 0]])
    counts = [
        (n - span) // step + 1
        for n, step, span in zip(padded.shape[1:-1], steps, spans, strict=True)
    ]

    def at(place: tuple[int, ...]) -> Any:
        starts = [index * rate for index, rate in zip(place, rates, strict=True)]
        parts = [
            slice(start, start + (count - 1) * step + 1, step)
            for start, count, step in zip(starts, counts, steps, strict=True)
        ]
        return padded[(slice(None), *parts)]

    return ((place, at(place)) for place in itertools.product(*map(range, size)))


def _each(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)
