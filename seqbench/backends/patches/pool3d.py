"""A 3-D pool is a 2-D pool of every plane and then a 1-D pool along the depth.

A maximum is the maximum of maxima. A mean is the mean of means, also at padded edges: a window has
as many inputs as the product of its extents inside. TFLite has neither 3-D pool; TensorFlow has
none for float16 and float64 on CPUs. Source: the separable windows of `tf.nn.pool`.
"""

from collections.abc import Callable
from typing import Any

LACKING = ("float16", "float64")
"""Dtypes in which TensorFlow's 3-D pools run on GPUs alone."""


def pool(
    original: Callable[..., Any],
    *,
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str,
    data_format: str,
) -> Any:
    """Pool (batch, depth, height, width, channels); other ranks are left to the original."""
    if len(inputs.shape) != 5:
        return original(inputs, pool_size, strides, padding, data_format)
    sizes, steps = _three(pool_size), _three(pool_size if strides is None else strides)
    return _planes_then_depth(
        inputs,
        lambda planes: original(planes, sizes[1:], steps[1:], padding, data_format),
        lambda lines: original(lines, sizes[:1], steps[:1], padding, data_format),
    )


def adaptive_pool(
    original: Callable[..., Any], *, inputs: Any, output_size: Any, data_format: str
) -> Any:
    """Pool (batch, depth, height, width, channels) to `output_size`; other ranks as they were."""
    if len(inputs.shape) != 5:
        return original(inputs, output_size, data_format)
    sizes = _three(output_size)
    return _planes_then_depth(
        inputs,
        lambda planes: original(planes, sizes[1:], data_format),
        lambda lines: original(lines, sizes[:1], data_format),
    )


def pool_lacking(original: Callable[..., Any], *, inputs: Any, **more: Any) -> Any:
    """Pool what CPUs have no 3-D pool for as `pool` does; other dtypes are left to the original."""
    if inputs.dtype not in LACKING:
        return original(inputs=inputs, **more)
    return pool(original, inputs=inputs, **more)


def adaptive_pool_lacking(original: Callable[..., Any], *, inputs: Any, **more: Any) -> Any:
    """Pool likewise as `adaptive_pool` does."""
    if inputs.dtype not in LACKING:
        return original(inputs=inputs, **more)
    return adaptive_pool(original, inputs=inputs, **more)


def _three(size: Any) -> tuple[int, ...]:
    return (size,) * 3 if isinstance(size, int) else tuple(size)


def _planes_then_depth(
    inputs: Any, pool_planes: Callable[[Any], Any], pool_lines: Callable[[Any], Any]
) -> Any:
    import tensorflow as tf

    _, depth, *plane = _sizes(inputs)
    planes = pool_planes(tf.reshape(inputs, (-1, *plane)))
    height, width, channels = _sizes(planes)[1:]
    lines = pool_lines(tf.reshape(planes, (-1, depth, height * width * channels)))
    return tf.reshape(lines, (-1, _sizes(lines)[1], height, width, channels))


def _sizes(x: Any) -> list[Any]:
    """Return a tensor's dimensions: numbers, and tensors where they vary."""
    import tensorflow as tf

    known, found = x.shape.as_list(), tf.shape(x)
    return [found[i] if size is None else size for i, size in enumerate(known)]
