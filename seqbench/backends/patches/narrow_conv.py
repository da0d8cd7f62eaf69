"""A convolution whose kernel is narrower than its stride, padded before and not by itself.

Where the last window ends before the input does, "same" pads nothing. TF.js on wasm takes a
negative padding instead and starts outside the input, as it does in any 3-D convolution; so does
TensorFlow's 3-D convolution in float64.
Source: tfjs 4.22, core/src/ops/conv_util.ts, `get3DPadAndOutInfo`, which lacks the `Math.max(0` of
its 2-D sibling.
"""

from collections.abc import Callable
from typing import Any


def conv(
    original: Callable[..., Any],
    *,
    inputs: Any,
    kernel: Any,
    strides: Any,
    padding: str,
    **more: Any,
) -> Any:
    """Convolve inputs of shape (batch, *space, channels), depthwise or not."""
    inputs, padding = _ready(inputs, kernel, strides, padding)
    return original(inputs=inputs, kernel=kernel, strides=strides, padding=padding, **more)


def separable_conv(
    original: Callable[..., Any],
    *,
    inputs: Any,
    depthwise_kernel: Any,
    strides: Any,
    padding: str,
    **more: Any,
) -> Any:
    """Convolve inputs of shape (batch, *space, channels), depthwise and then by points."""
    inputs, padding = _ready(inputs, depthwise_kernel, strides, padding)
    return original(
        inputs=inputs, depthwise_kernel=depthwise_kernel, strides=strides, padding=padding, **more
    )


def _ready(inputs: Any, kernel: Any, strides: Any, padding: str) -> tuple[Any, str]:
    """Return the inputs, padded if need be, and the padding that is left to do."""
    rank = len(inputs.shape) - 2
    steps = (strides,) * rank if isinstance(strides, int) else tuple(strides)
    sizes = tuple(kernel.shape[:rank])
    if padding != "same" or all(size >= step for size, step in zip(sizes, steps, strict=True)):
        return inputs, padding
    return _padded(inputs, sizes, steps), "valid"


def _padded(inputs: Any, sizes: tuple[int, ...], steps: tuple[int, ...]) -> Any:
    """Pad as TensorFlow does for "same", where a window may reach beyond the input at all."""
    import tensorflow as tf

    for axis, (size, step) in enumerate(zip(sizes, steps, strict=True), 1):
        length = inputs.shape[axis]
        if length is None:
            length = tf.shape(inputs)[axis]
        beyond = ((length + step - 1) // step - 1) * step + size - length
        whole = tf.maximum(beyond, 0) if tf.is_tensor(beyond) else max(beyond, 0)
        if size > 1:
            inputs = _with_zeros(inputs, axis, whole // 2, whole - whole // 2)
    return inputs


def _with_zeros(inputs: Any, axis: int, before: Any, after: Any) -> Any:
    """Put zeros at both ends of an axis; `tf.pad` by an open number forgets the other axes."""
    import tensorflow as tf

    def zeros(count: Any) -> list[Any]:
        if isinstance(count, int) and count == 0:
            return []
        index = [slice(None)] * axis + [slice(None, count)]
        return [tf.zeros_like(inputs[tuple(index)])]

    return tf.concat([*zeros(before), inputs, *zeros(after)], axis)
