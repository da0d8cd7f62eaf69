"""softplus(x) = max(x, 0) + log(1 + exp(-|x|)): LiteRT's log(1 + exp(x)) overflows for large x.

Source: the usual stable form, as in `tf.nn.sigmoid_cross_entropy_with_logits`.
"""

from collections.abc import Callable
from typing import Any


def softplus(original: Callable[..., Any], x: Any) -> Any:  # noqa: ARG001 - replaced whole
    """Return softplus of a tensor of any shape."""
    import tensorflow as tf

    return tf.maximum(x, tf.zeros_like(x)) + tf.math.log(1 + tf.exp(-tf.abs(x)))


def log_sigmoid(original: Callable[..., Any], x: Any) -> Any:
    """Return log(sigmoid(x)) = -softplus(-x) of a tensor of any shape."""
    return -softplus(original, -x)
