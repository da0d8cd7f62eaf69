"""Scenarios: what is measured. This module imports no framework."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.core.errors import InputError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Arrays to learn from and arrays held out; the first axis counts examples.

    Attributes:
        x_train: inputs, shape (n, *input_shape).
        y_train: labels or targets, shape (n, ...); None where there are none.
        x_test: held-out inputs, shape (m, *input_shape).
        y_test: held-out labels or targets, shape (m, ...); None where there are none.

    """

    x_train: np.ndarray
    y_train: np.ndarray | None = None
    x_test: np.ndarray
    y_test: np.ndarray | None = None

    @property
    def train_labels(self) -> np.ndarray:
        """What is learned.

        Raises:
            InputError: there are no labels.

        """
        if self.y_train is None:
            raise InputError("the data has no y_train: nothing can be trained on inputs alone")
        return self.y_train


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How the model is trained; the values go to `keras.Model.compile` as they are.

    Attributes:
        loss: a Keras loss, by name or as an object made by a function of no arguments.
        optimizer: a Keras optimizer's name, or a function of no arguments that makes one.
        batch_size: examples per step.
        epochs: passes over the training data; 0 where `build` gives a model that is trained.
        metrics: Keras metrics by name, computed on the held-out data at the end.

    """

    loss: str | Callable[[], Any]
    optimizer: str | Callable[[], Any] = "adam"
    batch_size: int = 32
    epochs: int = 1
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One model to measure.

    Attributes:
        name: how it is called; the same as its file's stem.
        summary: one line for people.
        build: makes the model, with fresh weights.
        data: makes the data; None where the model is measured without any.
        training: how to train it; None where it is not trained.
        metrics: Keras metrics by name for the held-out data; empty for the training's own.
        batch_sizes: rows per call at which inference is timed.
        budget: what its artifacts have to keep, such as `size<=1MB, latency<=5ms`; empty for
            nothing (`seqbench.core.limits`).
        seed: seeds weights, shuffling and the input suite.

    """

    name: str
    summary: str
    build: "Callable[[], keras.Sequential]"
    data: Callable[[], Data] | None = None
    training: Training | None = None
    metrics: tuple[str, ...] = ()
    batch_sizes: tuple[int, ...] = (1, 32)
    budget: str = ""
    seed: int = 0

    @property
    def trains(self) -> bool:
        """Whether a run trains it; a model that was trained before is judged as it is."""
        return self.data is not None and self.training is not None and self.training.epochs > 0

    @property
    def held_out_metrics(self) -> tuple[str, ...]:
        """The metrics of the held-out data."""
        return self.metrics or (self.training.metrics if self.training else ())
