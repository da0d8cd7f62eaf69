"""Where TensorFlow's work runs, and on how many threads."""

from typing import Any

import numpy as np


class Placed:
    """Brings tensors to the host and remembers on which device the last one was made."""

    def __init__(self) -> None:
        self._device = ""

    def at_host(self, tensor: Any) -> np.ndarray:
        """Return the tensor's value."""
        self._device = tensor.device
        value: np.ndarray = tensor.numpy()
        return value

    def where(self) -> str:
        """Return `cpu`, `gpu` or `tpu`, from TensorFlow's `/job:.../device:GPU:0`."""
        return self._device.rsplit("device:", 1)[-1].split(":")[0].lower()


def set_threads(threads: int) -> None:
    """Fix TensorFlow's thread pools, before its first operation."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
