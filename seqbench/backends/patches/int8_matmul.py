"""A product of matrices of 8-bit numbers, as in Keras's quantized layers, in float32.

No format takes TensorFlow's operation for it. Sums of up to 1040 products are exact in float32, and
longer ones as good as any sum in float32.
"""

from collections.abc import Callable
from typing import Any


def matmul(original: Callable[..., Any], *, x1: Any, x2: Any) -> Any:
    """Multiply int8 matrices to int32 ones; other dtypes are left to the original."""
    import tensorflow as tf

    if not getattr(x1, "dtype", None) == getattr(x2, "dtype", None) == "int8":
        return original(x1, x2)
    product = original(tf.cast(x1, "float32"), tf.cast(x2, "float32"))
    return tf.cast(product, "int32")


def einsum(
    original: Callable[..., Any], *, subscripts: str, operands: Any, kwargs: dict[str, Any]
) -> Any:
    """Multiply int8 tensors to int32 ones likewise."""
    import tensorflow as tf

    if not all(getattr(each, "dtype", None) == "int8" for each in operands):
        return original(subscripts, *operands, **kwargs)
    product = original(subscripts, *(tf.cast(each, "float32") for each in operands), **kwargs)
    return tf.cast(product, "int32")
