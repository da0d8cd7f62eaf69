"""celu(x) = max(x, 0) + alpha * elu(min(x, 0) / alpha), where Keras takes expm1, which ONNX lacks.

Source: Barron 2017, "Continuously differentiable exponential linear units"; elu of a number that
is not positive is expm1, which TensorFlow computes to the last place of 1.
"""

from collections.abc import Callable
from typing import Any


def celu(original: Callable[..., Any], x: Any, alpha: float) -> Any:  # noqa: ARG001 - replaced whole
    """Return celu of a tensor of any shape."""
    import tensorflow as tf

    zero = tf.zeros_like(x)
    return tf.maximum(x, zero) + alpha * tf.nn.elu(tf.minimum(x, zero) / alpha)
