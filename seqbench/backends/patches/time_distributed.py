"""A layer on each step of a sequence is the layer on all steps as one larger batch.

Keras traces it once a step, so a file grows with the sequence's length; where that is open, Keras
3.15.1 counts the batch's rows in its place (`ops.arange(input_shape[0])`, of the shape before the
transpose), so a graph gives a wrong shape or none. Source: `TimeDistributed` in Keras 2, which did
this.
"""

from collections.abc import Callable
from typing import Any


def call(
    original: Callable[..., Any],
    self: Any,
    inputs: Any,
    training: Any = None,
    mask: Any = None,
) -> Any:
    """Return the layer's answer, of shape (batch, time, ...), to inputs of that shape.

    A layer that keeps a state from batch to batch counts its rows: that is left to the original.
    """
    import tensorflow as tf

    if any(getattr(layer, "stateful", False) for layer in self.layer._flatten_layers()):
        return original(self, inputs=inputs, training=training, mask=mask)
    batch, time = _sizes(inputs)[:2]

    def folded(x: Any) -> Any:
        return tf.reshape(x, [batch * time, *_sizes(x)[2:]])

    more: dict[str, Any] = {}
    if self.layer._call_has_mask_arg and mask is not None:
        more["mask"] = folded(mask)
    if self.layer._call_has_training_arg:
        more["training"] = training
    outputs = self.layer.call(folded(inputs), **more)
    return tf.reshape(outputs, [batch, time, *_sizes(outputs)[1:]])


def open_time(original: Callable[..., Any], self: Any, inputs: Any, **more: Any) -> Any:
    """Return the same where the sequence's length is open; leave Keras alone otherwise."""
    if inputs.shape[1] is None:
        return call(original, self, inputs, **more)
    return original(self, inputs=inputs, **more)


def _sizes(x: Any) -> list[Any]:
    import tensorflow as tf

    dynamic = tf.shape(x)
    return [dynamic[i] if size is None else size for i, size in enumerate(x.shape)]
