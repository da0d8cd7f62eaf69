"""Patches of convolutions in float64: sums of products, one for each kernel element.

ONNX Runtime has convolutions in float32 alone, and a sum of matrix products in float64. Source: the
definition of the discrete convolution.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

from seqbench.backends.patches.convolution import cut_transposed, same_padding
from seqbench.backends.patches.layout import pad_axis, per_axis, space_out


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
    """Return the sum of the products of all kernel elements; None where `windows` gives none."""
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    found = windows(inputs, kernel.shape[:-2], strides, padding, dilation_rate)
    return None if found is None else tf.add_n([product(x, kernel[at]) for at, x in found])


def separable_conv(original: Callable[..., Any], **call: Any) -> Any:
    """Convolve each channel of (batch, *space, channels) apart, and then the channels."""
    import tensorflow as tf

    pointwise_kernel = tf.convert_to_tensor(call["pointwise_kernel"])
    kernel = tf.convert_to_tensor(call["depthwise_kernel"])
    how = {name: call[name] for name in ("inputs", "strides", "padding", "dilation_rate")}
    if windows(size=kernel.shape[:-2], **how) is None:
        return original(**call)
    apart = depthwise_conv(original, kernel=kernel, **how)
    return tf.matmul(apart, pointwise_kernel[(0,) * len(kernel.shape[:-2])])


def conv_transpose(original: Callable[..., Any], **call: Any) -> Any:
    """Convolve transposed (batch, *space, channels) with an undilated (*size, filters, channels).

    Between the inputs come zeros; what the forward convolution had padded is cut off.
    """
    import tensorflow as tf
    from keras.src.backend.common.backend_utils import compute_conv_transpose_output_shape

    inputs, kernel = tf.convert_to_tensor(call["inputs"]), tf.convert_to_tensor(call["kernel"])
    if inputs.dtype != tf.float64 or None in inputs.shape[1:-1]:
        return original(**call)
    size, rank = kernel.shape[:-2], len(inputs.shape) - 2
    rule = [call[name] for name in ("strides", "padding", "output_padding")]
    after = compute_conv_transpose_output_shape(
        inputs.shape, size, kernel.shape[-2], *rule, "channels_last", call["dilation_rate"]
    )[1:-1]
    steps = per_axis(call["strides"], rank)
    for axis, (step, span) in enumerate(zip(steps, size, strict=True), start=1):
        spaced = space_out(inputs, axis, step)
        # The zeros after the last element are among those around.
        inputs = pad_axis(spaced, axis, span - 1, max(span - step, 0))
    flipped = tf.linalg.matrix_transpose(tf.reverse(kernel, range(rank)))
    whole = conv(
        original, inputs=inputs, kernel=flipped, strides=1, padding="valid", dilation_rate=1
    )
    for axis, (length, step, span) in enumerate(zip(after, steps, size, strict=True), start=1):
        whole = cut_transposed(whole, axis, length, step=step, span=span, padding=call["padding"])
    return whole


def windows(
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
    steps, rates = per_axis(strides, rank), per_axis(dilation_rate, rank)
    spans = [(length - 1) * rate + 1 for length, rate in zip(size, rates, strict=True)]
    pads = [[0, 0]] * rank
    if padding.lower() == "same":
        short = [same_padding(*axis) for axis in zip(space, steps, spans, strict=True)]
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
