"""Where TensorFlow's work runs."""

from functools import cache
from typing import Any

from seqbench.core.errors import Unavailable, one_line


def device_of(tensor: Any) -> str:
    """Return `cpu`, `gpu` or `tpu`, from TensorFlow's `/job:.../device:GPU:0`."""
    name: str = tensor.device
    return name.rsplit("device:", 1)[-1].partition(":")[0].lower()


@cache
def start_tpu() -> tuple[Any, Any]:
    """Start this host's TPU, once: each start forgets what is on it. Before that it is not seen.

    Returns its cluster resolver and its topology.

    Raises:
        Unavailable: TensorFlow finds no TPU here.

    """
    import tensorflow as tf

    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu="local")
        return resolver, tf.tpu.experimental.initialize_tpu_system(resolver)
    except (tf.errors.OpError, ValueError) as error:
        raise Unavailable(f"TensorFlow finds no TPU here: {one_line(error)}") from error


def tpu_strategy(count: int) -> Any:
    """Return a `tf.distribute.TPUStrategy` on `count` cores of this host's TPU.

    Raises:
        Unavailable: TensorFlow finds no TPU here, or fewer cores.

    """
    import tensorflow as tf

    resolver, topology = start_tpu()
    try:
        cores = tf.tpu.experimental.DeviceAssignment.build(topology, num_replicas=count)
    except ValueError as error:
        msg = f"{count} cores of a TPU were asked for: {one_line(error)}"
        raise Unavailable(msg) from error
    return tf.distribute.TPUStrategy(resolver, experimental_device_assignment=cores)
