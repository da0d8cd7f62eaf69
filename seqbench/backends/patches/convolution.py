"""Patches of convolutions that TensorFlow's CPUs or some format lack, in those that they have.

Those in float64 are in `seqbench.backends.patches.convolution_float64`.
"""

from collections.abc import Callable
from typing import Any

from seqbench.backends.patches.layout import pad_axis, per_axis, sizes, space_out


def conv_by_group(original: Callable[..., Any], *, inputs: Any, kernel: Any, **more: Any) -> Any:
    """Convolve (batch, *space, channels) with a kernel (*size, channels / groups, filters).

    A grouped convolution is one convolution for each group, side by side. Keras hides it in a
    jit-compiled function that no exporter looks into; TF.js has none at all.
    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.2.
    """
    import tensorflow as tf

    channels = inputs.shape[-1]
    if channels == kernel.shape[-2]:
        return original(inputs=inputs, kernel=kernel, **more)
    groups = channels // kernel.shape[-2]
    parts = zip(tf.split(inputs, groups, axis=-1), tf.split(kernel, groups, axis=-1), strict=True)
    return tf.concat([original(inputs=x, kernel=w, **more) for x, w in parts], axis=-1)


def conv3d_undilated(
    original: Callable[..., Any], *, inputs: Any, kernel: Any, dilation_rate: Any, **more: Any
) -> Any:
    """Convolve (batch, depth, height, width, channels); other ranks are left to the original.

    TFLite has no dilated 3-D convolution.
    """
    if len(inputs.shape) == 5:
        kernel, dilation_rate = _dilated(kernel, dilation_rate), 1
    return original(inputs=inputs, kernel=kernel, dilation_rate=dilation_rate, **more)


def conv_transpose_undilated(
    original: Callable[..., Any], *, kernel: Any, dilation_rate: Any, **more: Any
) -> Any:
    """Convolve transposed inputs of any rank: TensorFlow has no dilated way to on CPUs."""
    return original(kernel=_dilated(kernel, dilation_rate), dilation_rate=1, **more)


def _dilated(kernel: Any, dilation_rate: Any) -> Any:
    """Put zeros between the elements of a kernel of shape (*size, channels, channels).

    A dilated kernel is a larger kernel with zeros in it. Source: Yu and Koltun 2016, section 2.
    """
    import tensorflow as tf

    kernel = tf.convert_to_tensor(kernel)
    for axis, rate in enumerate(per_axis(dilation_rate, len(kernel.shape) - 2)):
        size = kernel.shape[axis]
        if rate == 1 or size == 1:
            continue
        wide = space_out(kernel, axis, rate)
        kernel = tf.split(wide, [(size - 1) * rate + 1, rate - 1], axis=axis)[0]
    return kernel


def conv_padded_first(
    original: Callable[..., Any], *, inputs: Any, strides: Any, padding: str, **more: Any
) -> Any:
    """Convolve inputs of shape (batch, *space, channels), depthwise, separable or neither.

    A convolution whose kernel is narrower than its stride is padded before and not by itself.
    Where the last window ends before the input does, "same" pads nothing. TF.js on wasm takes a
    negative padding instead and starts outside the input, as it does in any 3-D convolution; so
    does TensorFlow's 3-D convolution in float64.
    Source: tfjs 4.22, core/src/ops/conv_util.ts, `get3DPadAndOutInfo`, which lacks the `Math.max(0`
    of its 2-D sibling.
    """
    kernel = more["depthwise_kernel"] if "depthwise_kernel" in more else more["kernel"]
    rank = len(inputs.shape) - 2
    steps, spans = per_axis(strides, rank), tuple(kernel.shape[:rank])
    if padding == "same" and any(span < step for span, step in zip(spans, steps, strict=True)):
        padding = "valid"
        for axis, (span, step) in enumerate(zip(spans, steps, strict=True), start=1):
            missing = same_padding(sizes(inputs)[axis], step, span)
            if span > 1:  # a window of one element never reaches beyond the input
                inputs = _with_zeros(inputs, axis, missing // 2, missing - missing // 2)
    return original(inputs=inputs, strides=strides, padding=padding, **more)


def _with_zeros(inputs: Any, axis: int, before: Any, after: Any) -> Any:
    """Put zeros at both ends of an axis; `tf.pad` by an open number forgets the other axes."""
    import tensorflow as tf

    def zeros(count: Any) -> list[Any]:
        if isinstance(count, int) and count == 0:
            return []
        index = [slice(None)] * axis + [slice(None, count)]
        return [tf.zeros_like(inputs[tuple(index)])]

    return tf.concat([*zeros(before), inputs, *zeros(after)], axis)


def conv3d_transpose_by_slice(original: Callable[..., Any], **call: Any) -> Any:
    """Convolve (batch, depth, height, width, channels), dilation 1; leave other ranks alone.

    The kernel is of shape (depth, height, width, filters, channels).
    A transposed 3-D convolution is a sum of transposed 2-D ones, one for each slice of the kernel:
    TF.js has the 2-D operation alone. The output's slice `stride * d + k` gets the input's slice d
    convolved with the kernel's slice k. Source: Dumoulin and Visin 2016, "A guide to convolution
    arithmetic for deep learning", chapter 4, with the sum over depth taken out.
    """
    import tensorflow as tf
    from keras.src.backend.common.backend_utils import (
        _get_output_shape_given_tf_padding as length_of,
    )

    inputs, kernel, padding = call["inputs"], call["kernel"], call["padding"]
    if len(inputs.shape) != 5:
        return original(**call)
    stride, *flat_strides = per_axis(call["strides"], 3)
    extra, *flat_extra = per_axis(call["output_padding"], 3)
    batch, depth, *plane = sizes(inputs)
    taps = kernel.shape[0]
    flat = {
        **call,
        "inputs": tf.reshape(inputs, [batch * depth, *plane]),
        "strides": tuple(flat_strides),
        "output_padding": None if flat_extra[0] is None else tuple(flat_extra),
    }
    outputs = [original(**{**flat, "kernel": kernel[k]}) for k in range(taps)]
    plane = sizes(outputs[0])[1:]
    row = plane[0] * plane[1] * plane[2]
    whole = (depth - 1) * stride + max(taps, stride)
    after = max(taps - stride, 0)
    total = None
    for k, images in enumerate(outputs):
        # The zeros after the last slice go with the cut.
        spaced = space_out(tf.reshape(images, [batch, depth, row]), 1, stride)
        placed = pad_axis(spaced, 1, k, max(after - k, 0))[:, :whole]
        total = placed if total is None else total + placed
    length = length_of(
        input_size=depth,
        kernel_size=taps,
        strides=stride,
        padding=padding,
        output_padding=extra,
        dilation_rate=1,
    )
    total = cut_transposed(total, 1, length, step=stride, span=taps, padding=padding)
    return tf.reshape(total, [batch, length, *plane])


def cut_transposed(x: Any, axis: int, length: Any, *, step: int, span: int, padding: str) -> Any:
    """Cut from a transposed convolution what the forward one would have padded, or add zeros.

    Args:
        x: the whole transposed convolution.
        axis: where to cut.
        length: the axis's length afterwards, a number or a scalar tensor.
        step: the stride along the axis.
        span: the kernel's length along it.
        padding: `valid` or `same`.

    """
    before = same_padding(length, step, span) // 2 if padding.lower() == "same" else 0
    x = pad_axis(x, axis, 0, _not_negative(before + length - sizes(x)[axis]))
    return x[(*[slice(None)] * axis, slice(before, before + length))]


def same_padding(length: Any, step: int, span: int) -> Any:
    """Return how many zeros TensorFlow's "same" puts around an axis, a number or a scalar tensor.

    Args:
        length: the axis's length, a number or a scalar tensor.
        step: the stride along it.
        span: the length of a window.

    """
    return _not_negative(((length + step - 1) // step - 1) * step + span - length)


def _not_negative(count: Any) -> Any:
    import tensorflow as tf

    return tf.maximum(count, 0) if tf.is_tensor(count) else max(count, 0)
