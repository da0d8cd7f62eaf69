"""What Keras runs on: one file a framework, each the same few functions said in its own way."""

from contextlib import AbstractContextManager
from typing import Any

from seqbench.backends import jax, tensorflow, torch
from seqbench.backends.backend import Backend, Training
from seqbench.machine.frameworks import Framework

BACKENDS: dict[Framework, Backend] = {"tensorflow": tensorflow, "jax": jax, "torch": torch}
"""Every framework by its name."""


def current_backend() -> Backend:
    """Return the framework on which Keras runs in this process."""
    import keras

    return BACKENDS[keras.backend.backend()]


def on_device(device: str) -> AbstractContextManager[Any]:
    """Return the context in which Keras makes models, and `put` batches, on a device."""
    import keras

    # PyTorch's "cpu:0" is another device than its "cpu": parameters would be copies, not leaves.
    name = device if current_backend().NAME == "torch" else f"{device}:0"
    context: AbstractContextManager[Any] = keras.device(name)
    return context


__all__ = ["BACKENDS", "Backend", "Training", "current_backend", "on_device"]
