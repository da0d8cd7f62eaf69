"""Where TensorFlow's work runs, and on how many threads."""

from typing import Any

import numpy as np


def device_of(tensor: Any) -> str:
    """Return `cpu`, `gpu` or `tpu`, from TensorFlow's `/job:.../device:GPU:0`."""
    name: str = tensor.device
    return name.rsplit("device:", 1)[-1].partition(":")[0].lower()


class Placed:
    """Brings tensors to the host and remembers on which device the last one was made."""

    def __init__(self) -> None:
        self._device = ""

    def at_host(self, tensor: Any) -> np.ndarray:
        """Return the tensor's value."""
        self._device = device_of(tensor)
        value: np.ndarray = tensor.numpy()
        return value

    def where(self) -> str:
        """Return `cpu`, `gpu` or `tpu`."""
        return self._device


def set_threads(threads: int) -> None:
    """Fix TensorFlow's thread pools, before its first operation."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
