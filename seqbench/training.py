"""Training a model for real, each compiled step timed to its end at the host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqbench.placement import Placed
from seqbench.scenario import Data, Training
from seqbench.timing import Clock, clock

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What was seen while a model was trained.

    Attributes:
        first_step_s: seconds of the first step, compilation included.
        samples_s: seconds of each further step.
        metrics: held-out loss and metrics by name, after the last epoch.
        epochs: passes over the training data.
        ran_on: the device on which the steps really ran.

    """

    first_step_s: float
    samples_s: tuple[float, ...]
    metrics: dict[str, float]
    epochs: int
    ran_on: str


def train(
    model: "keras.Sequential",
    data: Data,
    training: Training,
    device: str,
    say: Callable[[str], None],
    now: Clock = clock,
) -> Trained:
    """Train `model` in place on shuffled batches; the last, smaller batch of an epoch is dropped.

    A step is `model.train_step` in one `tf.function`, with its batch on the device before the
    clock starts and its loss at the host before it stops.
    """
    import tensorflow as tf

    model.compile(
        loss=made(training.loss),
        optimizer=made(training.optimizer),
        metrics=list(training.metrics),
        jit_compile=False,
    )
    step = tf.function(lambda x, y: model.train_step((x, y))["loss"], autograph=False)
    placed = Placed()
    rng = np.random.default_rng(0)
    size = min(training.batch_size, len(data.x_train))
    times: list[float] = []
    for epoch in range(training.epochs):
        say(f"{model.name}: epoch {epoch + 1} of {training.epochs}")
        order = rng.permutation(len(data.x_train))
        for i in range(0, len(order) - size + 1, size):
            rows = order[i : i + size]
            with tf.device(f"/{device.upper()}:0"):
                x, y = tf.constant(data.x_train[rows]), tf.constant(data.y_train[rows])
            start = now()
            placed.at_host(step(x, y))
            times.append(now() - start)
    found = model.evaluate(
        data.x_test, data.y_test, batch_size=max(size, 256), verbose=0, return_dict=True
    )
    return Trained(
        first_step_s=times[0],
        samples_s=tuple(times[1:]),
        metrics={name: float(value) for name, value in found.items()},
        epochs=training.epochs,
        ran_on=placed.where(),
    )


def made(value: object) -> object:
    """Return a loss or an optimizer: a name or an object as it is, else what the function makes."""
    import keras

    if isinstance(value, keras.Loss) or not callable(value):  # a loss object is callable itself
        return value
    return value()
