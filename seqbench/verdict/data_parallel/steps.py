"""What each framework gives: a model's training step on some devices of this host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.core.errors import Unavailable

if TYPE_CHECKING:
    import keras

Batch = tuple[np.ndarray, np.ndarray]
"""Inputs and labels of one step, all devices' together."""

Make = Callable[[], "keras.Sequential"]
"""Builds and compiles a model, anew at each call, where the devices of its variables are set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A compiled training step.

    Attributes:
        read: returns all variables: first those that are trained, then all others of the model,
            the optimizer's and the metrics'.
        write: gives them all new values.
        put: puts a batch on the devices, a part on each.
        step: makes a step with what `put` returned, to its end at the host; returns the loss.
        ran_on: the kind of device on which the variables are, and on how many.
        paths: names of the variables that are trained.
        per_device_layers: layers of which each device has its own statistics or random numbers.

    """

    read: Callable[[], list[np.ndarray]]
    write: Callable[[list[np.ndarray]], None]
    put: Callable[[Batch], Any]
    step: Callable[[Any], float]
    ran_on: Callable[[], tuple[str, int]]
    paths: tuple[str, ...]
    per_device_layers: tuple[str, ...]


def require_devices(device: str, wanted: int, found: int) -> None:
    """Refuse to go on with fewer devices than are wanted.

    Raises:
        Unavailable: there are fewer.

    """
    if found < wanted:
        raise Unavailable(f"{wanted}x{device} was asked for, and {found} of them found here")
