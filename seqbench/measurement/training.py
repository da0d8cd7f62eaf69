"""Training a model for real, each compiled step timed to its end at the host."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seqbench.backends import current_backend, on_device
from seqbench.core.scenario import Data, Training
from seqbench.machine.clock import Clock, clock, cpu_clock
from seqbench.measurement import other_programs

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What was seen while a model was trained.

    Attributes:
        first_step_s: seconds of the first step, compilation included.
        samples_s: seconds of each further step.
        cpu_s: CPU seconds of a further step, all threads together.
        foreign_cpus: how many CPUs other programs used meanwhile.
        metrics: held-out loss and metrics by name, after the last epoch.
        epochs: passes over the training data.
        ran_on: the device on which the steps really ran.

    """

    first_step_s: float
    samples_s: tuple[float, ...]
    cpu_s: float
    foreign_cpus: float
    metrics: dict[str, float]
    epochs: int
    ran_on: str


def train(
    model: "keras.Sequential",
    data: Data,
    training: Training,
    device: str,
    say: Callable[[str], None],
    *,
    xla: bool = False,
    now: Clock = clock,
    cpu: Clock = cpu_clock,
) -> Trained:
    """Train `model` in place on shuffled batches; the last, smaller batch of an epoch is dropped.

    A step is Keras's own `train_step`, compiled, with its batch on the device before the clock
    starts and its loss at the host before it stops.

    Args:
        model: the model, built.
        data: what it learns from, and what it is held against.
        training: how it learns.
        device: where.
        xla: whether TensorFlow compiles the step with XLA.
        say: is told of each epoch.
        now: the clock.
        cpu: the clock of CPU time.

    """
    backend = current_backend()
    model.compile(
        loss=_instantiate(training.loss),
        optimizer=_instantiate(training.optimizer),
        metrics=list(training.metrics),
        jit_compile=xla or backend.JITS,
    )
    compiled = backend.train(model, xla)
    ran_on = ""
    rng = np.random.default_rng(0)
    size, labels = min(training.batch_size, len(data.x_train)), data.train_labels
    times: list[float] = []
    worked: list[float] = []
    before = other_programs.read_usage()
    for epoch in range(training.epochs):
        say(f"{model.name}: epoch {epoch + 1} of {training.epochs}")
        order = rng.permutation(len(data.x_train))
        for i in range(0, len(order) - size + 1, size):
            rows = order[i : i + size]
            with on_device(device):
                x, y = backend.put(data.x_train[rows]), backend.put(labels[rows])
                worked_before = cpu()
                start = now()
                _, ran_on = backend.at_host(compiled.step(x, y))
                times.append(now() - start)
                worked.append(cpu() - worked_before)
    after = other_programs.read_usage()
    compiled.finish()
    found = model.evaluate(
        data.x_test, data.y_test, batch_size=max(size, 256), verbose=0, return_dict=True
    )
    return Trained(
        first_step_s=times[0],
        samples_s=tuple(times[1:]),
        cpu_s=float(np.mean(worked[1:] or worked)),
        foreign_cpus=other_programs.foreign_cpus(before, after),
        metrics={name: float(value) for name, value in found.items()},
        epochs=training.epochs,
        ran_on=ran_on,
    )


def compile_for_training(model: "keras.Sequential", training: Training) -> None:
    """Compile a model without metrics, and make its optimizer's variables."""
    loss, optimizer = _instantiate(training.loss), _instantiate(training.optimizer)
    model.compile(loss=loss, optimizer=optimizer, jit_compile=False)
    model.optimizer.build(model.trainable_variables)


def _instantiate(value: object) -> object:
    """Return a loss or an optimizer: a name or an object as it is, else what the function makes."""
    import keras

    if isinstance(value, keras.Loss) or not callable(value):  # a loss object is callable itself
        return value
    return value()
