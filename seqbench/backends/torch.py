"""Keras on PyTorch, which runs a model operation by operation."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from seqbench.backends.backend import Compiled, Shape, Training
from seqbench.machine.frameworks import Framework

NAME: Framework = "torch"
JITS = False


def set_threads(threads: int) -> None:
    """Fix the threads of one operation."""
    import torch

    torch.set_num_threads(threads)


def put(x: np.ndarray) -> Any:
    """Return the array as a tensor on the context's device."""
    import keras

    return keras.ops.convert_to_tensor(x)


def at_host(tensor: Any) -> tuple[np.ndarray, str]:
    """Return the tensor's value, which waits for it, and its device."""
    found = "gpu" if tensor.device.type == "cuda" else tensor.device.type
    return tensor.detach().cpu().numpy(), found


def infer(model: Any, _: bool) -> Callable[[Any], Any]:
    """Return the model's inference, with nothing noted down for gradients."""
    import torch

    def function(x: Any) -> Any:
        with torch.inference_mode():
            return model(x, training=False)

    return function


def train(model: Any, _: bool) -> Training:
    """Return `model.train_step`."""

    def step(x: Any, y: Any) -> Any:
        model._symbolic_build(data_batch=(x, y))
        return model.train_step((x, y))["loss"]

    return Training(step=step)


def outputs(function: Callable[[Any], Any], _: Sequence[Any], __: Shape, dtype: str) -> Compiled:
    """Return a function of one batch."""
    import keras
    import torch

    def call(x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return at_host(function(keras.ops.convert_to_tensor(x, dtype)))[0]

    return call


def compile_gradient(function: Callable[..., Any], _: Sequence[Any]) -> Compiled:
    """Return a function's gradient by its first argument."""
    import torch

    def call(x: np.ndarray, *others: np.ndarray) -> np.ndarray:
        by = put(x).requires_grad_(True)
        reached = function(by, *map(put, others))
        if not reached.requires_grad:
            return np.zeros_like(x)
        (found,) = torch.autograd.grad(reached, by, allow_unused=True)
        return np.zeros_like(x) if found is None else at_host(found)[0]

    return call


def float64(_: bool) -> AbstractContextManager[None]:
    """Return no context: it has float64 wherever it is asked for."""
    return nullcontext()


def refuses(error: Exception) -> bool:
    """Tell whether an exception is of shapes that do not fit."""
    return isinstance(error, IndexError | RuntimeError | ValueError)


def lacks(error: Exception) -> bool:
    """Tell whether an exception says that there is no such operation."""
    return isinstance(error, NotImplementedError)


def visible_devices() -> set[str]:
    """Return the devices that PyTorch has in this process."""
    import torch

    return {"cpu", "gpu"} if torch.cuda.is_available() else {"cpu"}


def memory_bytes(device: str) -> int | None:
    """Return the peak of a GPU's memory that tensors took."""
    import torch

    return int(torch.cuda.max_memory_allocated()) if device == "gpu" else None
