"""Patches of layers that go along a sequence: recurrent loops, and a layer on each step."""

from collections.abc import Callable
from typing import Any

from seqbench.backends.patches.layout import sizes


def rnn(original: Callable[..., Any], **call: Any) -> Any:
    """Return last output, outputs and last states; an unrolled loop is left to the original.

    A recurrent layer's loop goes over plain tensors, where Keras's own is over lists of tensors.
    TFLite's lists need a static batch. Plain tensors need none: each step gathers its input and
    writes its output into its place, so batch and time stay open. Measured with LiteRT on two
    stacked LSTMs of 20 steps, one row: 63 us and 57 kB; Keras's loop with a batch of one 136 us and
    54 kB; unrolled 37 us and 147 kB, growing with the time, which cannot be open then.
    Source: `keras.src.backend.tensorflow.rnn.rnn` of Keras 3.15.1.
    """
    return original(**call) if call["unroll"] else _looped(**call)


def _looped(  # noqa: PLR0913 - the parameters of what it replaces
    *,
    step_function: Callable[..., Any],
    inputs: Any,
    initial_states: Any,
    go_backwards: bool,
    mask: Any,
    constants: Any,
    time_major: bool,
    zero_output_for_mask: bool,
    return_all_outputs: bool,
    **_: Any,
) -> Any:
    import tensorflow as tf

    x = inputs if time_major else _swapped(inputs)
    masks = mask if mask is None or time_major else _swapped(mask)
    steps = tf.shape(x)[0] if x.shape[0] is None else x.shape[0]
    more = tuple(constants or ())
    like, _ = step_function(x[0], (*initial_states, *more))  # for its structure and its shape
    zeros = tf.nest.map_structure(lambda part: _zeros(part, tf.shape(x)[1]), like)

    def step(time: Any, outputs: Any, before: Any, *states: Any) -> Any:
        at = steps - 1 - time if go_backwards else time
        output, new = step_function(tf.gather(x, at), (*states, *more))
        # A single cell in a list gives its state without the list that it took it in.
        new = tf.nest.pack_sequence_as(states, tf.nest.flatten(new))
        if masks is not None:
            seen = tf.cast(tf.gather(masks, at), tf.bool)
            instead = zeros if zero_output_for_mask else before
            output = _where(seen, output, instead)
            new = _where(seen, new, states)
        if return_all_outputs:
            outputs = tf.nest.map_structure(
                lambda all_, one: _put(all_, time, one), outputs, output
            )
        return (time + 1, outputs, output, *new)

    room = tf.nest.map_structure(lambda part: _room(part, steps), zeros)
    _, outputs, last, *states = tf.while_loop(
        lambda time, *_: time < steps,
        step,
        (tf.constant(0), room if return_all_outputs else (), zeros, *initial_states),
    )
    if not return_all_outputs:
        outputs = tf.nest.map_structure(lambda part: part[tf.newaxis], last)
    if not time_major:
        outputs = tf.nest.map_structure(_swapped, outputs)
    return last, outputs, states


def _swapped(x: Any) -> Any:
    """Swap batch and time."""
    import tensorflow as tf

    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])


def _zeros(like: Any, batch: Any) -> Any:
    """Return zeros, from the static shape where there is one: `like` need not be computed then."""
    import tensorflow as tf

    if None in like.shape[1:]:
        return tf.zeros_like(like)
    return tf.zeros([batch, *like.shape[1:]], like.dtype)


def _room(one: Any, steps: Any) -> Any:
    """Return zeros for as many outputs as there are steps."""
    import tensorflow as tf

    room = tf.zeros(tf.concat([[steps], tf.shape(one)], 0), one.dtype)
    room.set_shape([None if tf.is_tensor(steps) else steps, *one.shape])
    return room


def _put(outputs: Any, time: Any, one: Any) -> Any:
    """Write one output into its place; TFLite's own operation for it is XLA's in TensorFlow."""
    import tensorflow as tf
    from tensorflow.compiler.tf2xla.ops.gen_xla_ops import xla_dynamic_update_slice

    start = tf.stack([time, *[0] * len(one.shape)])
    put = xla_dynamic_update_slice(input=outputs, update=one[tf.newaxis], indices=start)
    put.set_shape(outputs.shape)
    return put


def _where(seen: Any, new: Any, old: Any) -> Any:
    """Take the new values in the rows that are seen."""
    import tensorflow as tf

    def one(new: Any, old: Any) -> Any:
        return tf.where(tf.reshape(seen, [-1, *[1] * (len(new.shape) - 1)]), new, old)

    return tf.nest.map_structure(one, new, old)


def time_distributed(
    original: Callable[..., Any],
    self: Any,
    inputs: Any,
    training: Any = None,
    mask: Any = None,
) -> Any:
    """Return the layer's answer, of shape (batch, time, ...), to inputs of that shape.

    A layer on each step of a sequence is the layer on all steps as one larger batch. Keras traces
    it once a step, so a file grows with the sequence's length; where that is open, Keras 3.15.1
    counts the batch's rows in its place (`ops.arange(input_shape[0])`, of the shape before the
    transpose), so a graph gives a wrong shape or none. Source: `TimeDistributed` in Keras 2, which
    did this.

    A layer that keeps a state from batch to batch counts its rows: that is left to the original.
    """
    import tensorflow as tf

    if any(getattr(layer, "stateful", False) for layer in self.layer._flatten_layers()):
        return original(self, inputs=inputs, training=training, mask=mask)
    batch, time = sizes(inputs)[:2]

    def folded(x: Any) -> Any:
        return tf.reshape(x, [batch * time, *sizes(x)[2:]])

    more: dict[str, Any] = {}
    if self.layer._call_has_mask_arg and mask is not None:
        more["mask"] = folded(mask)
    if self.layer._call_has_training_arg:
        more["training"] = training
    outputs = self.layer.call(folded(inputs), **more)
    return tf.reshape(outputs, [batch, time, *sizes(outputs)[1:]])


def time_distributed_open(original: Callable[..., Any], self: Any, inputs: Any, **more: Any) -> Any:
    """Return the same where the sequence's length is open; leave Keras alone otherwise."""
    if inputs.shape[1] is None:
        return time_distributed(original, self, inputs, **more)
    return original(self, inputs=inputs, **more)
