"""A transposed 3-D convolution is a sum of transposed 2-D ones, one for each slice of the kernel.

TF.js has the 2-D operation alone. The output's slice `stride * d + k` gets the input's slice d
convolved with the kernel's slice k. Source: Dumoulin and Visin 2016, "A guide to convolution
arithmetic for deep learning", chapter 4, with the sum over depth taken out.
"""

from collections.abc import Callable
from typing import Any


def conv_transpose(
    original: Callable[..., Any],
    *,
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    **more: Any,
) -> Any:
    """Convolve (batch, depth, height, width, channels), dilation 1; leave other ranks alone.

    Args:
        original: Keras's own, for the 2-D convolutions.
        inputs: the tensor.
        kernel: of shape (depth, height, width, filters, channels).
        strides: one number or three.
        padding: `valid` or `same`.
        output_padding: None, one number or three.
        more: what else Keras gives.

    """
    import tensorflow as tf
    from keras.src.backend.common.backend_utils import (
        _get_output_shape_given_tf_padding as length_of,
    )

    given: dict[str, Any] = {"padding": padding, **more}
    if len(inputs.shape) != 5:
        return original(
            inputs=inputs, kernel=kernel, strides=strides, output_padding=output_padding, **given
        )
    stride, *flat_strides = (strides,) * 3 if isinstance(strides, int) else strides
    extra, *flat_extra = (
        (output_padding,) * 3
        if output_padding is None or isinstance(output_padding, int)
        else output_padding
    )
    shape = tf.shape(inputs)
    sizes = [shape[i] if size is None else size for i, size in enumerate(inputs.shape)]
    batch, depth = sizes[:2]
    taps = kernel.shape[0]
    flat = tf.reshape(inputs, [batch * depth, *sizes[2:]])
    outputs = []
    for k in range(taps):
        images = original(
            inputs=flat,
            kernel=kernel[k],
            strides=tuple(flat_strides),
            output_padding=None if flat_extra[0] is None else tuple(flat_extra),
            **given,
        )
        outputs.append(images)
    image = [tf.shape(outputs[0])[i] for i in (1, 2)]
    image = [
        dynamic if size is None else size
        for dynamic, size in zip(image, outputs[0].shape[1:3], strict=True)
    ]
    row = image[0] * image[1] * outputs[0].shape[-1]
    whole = (depth - 1) * stride + max(taps, stride)
    total = None
    for k, images in enumerate(outputs):
        slices = tf.reshape(images, [batch, depth, 1, row])
        # Each slice, then stride - 1 slices of zeros; those after the last go with the cut.
        spaced = tf.reshape(
            tf.pad(slices, [[0, 0], [0, 0], [0, stride - 1], [0, 0]]), [batch, depth * stride, row]
        )
        after = max(taps - stride, 0)
        placed = tf.pad(spaced, [[0, 0], [k, max(after - k, 0)], [0, 0]])[:, :whole]
        total = placed if total is None else total + placed
    length = length_of(
        input_size=depth,
        kernel_size=taps,
        strides=stride,
        padding=padding,
        output_padding=extra,
        dilation_rate=1,
    )
    before = 0
    if padding == "same":
        # TensorFlow takes off what the forward convolution of `length` would have padded.
        before = tf.maximum((depth - 1) * stride + taps - length, 0) // 2
    end = tf.maximum(before + length - whole, 0)
    total = tf.pad(total, [[0, 0], [0, end], [0, 0]])[:, before : before + length]
    return tf.reshape(total, [batch, length, *image, outputs[0].shape[-1]])
