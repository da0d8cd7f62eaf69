"""Patches of activations: the same functions where a format's own overflow, or are not there."""

from collections.abc import Callable
from typing import Any


def silu(original: Callable[..., Any], x: Any) -> Any:  # noqa: ARG001 - replaced whole
    """Return x * sigmoid(x) of a tensor of any shape.

    `tf.nn.silu` takes a custom gradient along, which a SavedModel cannot keep of a frozen graph.
    Source: Elfwing, Uchibe and Doya 2018.
    """
    import tensorflow as tf

    return x * tf.sigmoid(x)


def softplus(original: Callable[..., Any], x: Any) -> Any:  # noqa: ARG001 - replaced whole
    """Return max(x, 0) + log(1 + exp(-|x|)) of a tensor of any shape.

    LiteRT's log(1 + exp(x)) overflows for large x. Source: the usual stable form, as in
    `tf.nn.sigmoid_cross_entropy_with_logits`.
    """
    import tensorflow as tf

    return tf.maximum(x, tf.zeros_like(x)) + tf.math.log(1 + tf.exp(-tf.abs(x)))


def log_sigmoid(original: Callable[..., Any], x: Any) -> Any:
    """Return log(sigmoid(x)) = -softplus(-x) of a tensor of any shape."""
    return -softplus(original, -x)


def celu(original: Callable[..., Any], x: Any, alpha: float) -> Any:  # noqa: ARG001 - replaced whole
    """Return max(x, 0) + alpha * elu(min(x, 0) / alpha) of a tensor of any shape.

    Keras takes expm1, which ONNX lacks. Source: Barron 2017, "Continuously differentiable
    exponential linear units"; elu of a number that is not positive is expm1, which TensorFlow
    computes to the last place of 1.
    """
    import tensorflow as tf

    zero = tf.zeros_like(x)
    return tf.maximum(x, zero) + alpha * tf.nn.elu(tf.minimum(x, zero) / alpha)
