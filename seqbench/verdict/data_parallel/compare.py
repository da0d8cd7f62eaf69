"""Train on one device and on several, from the same weights and with the same batches.

Data-parallel training computes what training on one device does, but sums in another order. What
float32 may make of that is taken from runs on one device whose first weights were moved by one
unit in the last place, and the weights after all steps are held against it.
"""

import importlib
from dataclasses import dataclass

import numpy as np

from seqbench.core.errors import Unsupported
from seqbench.core.scenario import Data
from seqbench.machine.clock import Clock, clock
from seqbench.verdict.data_parallel.steps import Batch, Make, Steps
from seqbench.verdict.tolerance import FACTOR, FLOOR_ULPS

STEPS = 20
"""Training steps that are compared and, but for the first, timed."""

NUDGED = 3
"""Runs with moved weights; the largest difference of them counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What training on several devices gave, held against the same steps on one.

    Attributes:
        first_step_s: seconds of the first step on all devices, compilation included.
        samples_s: seconds of each further step on all devices.
        single_samples_s: the same for the same batches on one device.
        difference: largest difference of a trained weight after all steps, of the tensor in which
            it is largest as a part of what is allowed.
        allowed: the difference allowed in that tensor.
        tensor: that tensor's path.
        per_device_layers: layers of which each device has its own statistics or random
            numbers: with any, the weights are meant to differ.
        ran_on: the devices on which the steps really ran, as `4xcpu`.
        efficiency: one device's median step over `count` times that of all devices together.

    """

    first_step_s: float
    samples_s: tuple[float, ...]
    single_samples_s: tuple[float, ...]
    difference: float
    allowed: float
    tensor: str
    per_device_layers: tuple[str, ...]
    ran_on: str
    efficiency: float


def compare(
    make: Make,
    data: Data,
    batch_size: int,
    device: str,
    count: int,
    now: Clock = clock,
) -> Compared:
    """Train a model on one device and on `count` of them.

    Args:
        make: builds and compiles the model, anew at each call.
        data: what to train on.
        batch_size: examples of a step, all devices' together.
        device: `cpu`, `gpu` or `tpu`, of which this process has `count`.
        count: how many.
        now: the clock, in seconds.

    Raises:
        Unsupported: the batch cannot be split into equal parts.
        Unavailable: this process has fewer devices.

    """
    import keras

    batches = _batches(data, batch_size, count)
    framework = importlib.import_module(f"seqbench.verdict.data_parallel.{keras.backend.backend()}")
    framework.begin(device, count)
    single = framework.steps(make, device, 1)
    start, trained = single.read(), len(single.paths)
    single_times = _run(single, batches, start, now)
    one = single.read()[:trained]
    costs = np.zeros(trained)
    for seed in range(NUDGED):
        _run(single, batches, _nudged(start, trained, seed), now)
        costs = np.maximum(costs, _differences(one, single.read()[:trained]))
    several = framework.steps(make, device, count)
    times = _run(several, batches, start, now)
    differences = _differences(one, several.read()[:trained])
    floors = [FLOOR_ULPS * np.spacing(np.abs(weight).max(initial=0)) for weight in one]
    allowed = np.maximum(FACTOR * costs, floors)
    worst = int(np.argmax(differences / allowed))
    kind, found = several.ran_on()
    return Compared(
        first_step_s=times[0],
        samples_s=tuple(times[1:]),
        single_samples_s=tuple(single_times[1:]),
        difference=float(differences[worst]),
        allowed=float(allowed[worst]),
        tensor=several.paths[worst],
        per_device_layers=several.per_device_layers,
        ran_on=f"{found}x{kind}",
        efficiency=float(np.median(single_times[1:]) / (count * np.median(times[1:]))),
    )


def _batches(data: Data, batch_size: int, count: int) -> list[Batch]:
    """Return the batches of all steps, drawn from the data in a shuffled order."""
    size = min(batch_size, len(data.x_train))
    if size % count:
        raise Unsupported(f"a batch of {size} cannot be split into {count} equal parts")
    order = np.random.default_rng(0).permutation(len(data.x_train))
    rows = np.split(np.resize(order, STEPS * size), STEPS)
    return [(data.x_train[part], data.train_labels[part]) for part in rows]


def _run(steps: Steps, batches: list[Batch], start: list[np.ndarray], now: Clock) -> list[float]:
    """Make a step with each batch, from the given variables; return each step's seconds."""
    steps.write(start)
    times = []
    for batch in batches:
        placed = steps.put(batch)
        begun = now()
        steps.step(placed)
        times.append(now() - begun)
    return times


def _nudged(start: list[np.ndarray], trained: int, seed: int) -> list[np.ndarray]:
    """Return the variables with each trained weight moved to one of its neighbours."""
    rng = np.random.default_rng(seed)

    def moved(weight: np.ndarray) -> np.ndarray:
        towards = np.where(rng.random(weight.shape) < 0.5, -np.inf, np.inf)
        neighbour: np.ndarray = np.nextafter(weight, towards.astype(weight.dtype))
        return neighbour

    return [*map(moved, start[:trained]), *start[trained:]]


def _differences(one: list[np.ndarray], other: list[np.ndarray]) -> np.ndarray:
    """Return the largest difference in each tensor; infinite where one is no number."""
    pairs = zip(one, other, strict=True)
    largest = [np.abs(a - b).max(initial=0) for a, b in pairs]
    found: np.ndarray = np.nan_to_num(np.asarray(largest, "float64"), nan=np.inf)
    return found
