"""JAX: `keras.distribution.DataParallel`. XLA splits the one step that is written for a batch."""

from typing import Any

import numpy as np

from seqbench.backends.backend import training_state
from seqbench.verdict.data_parallel.steps import Batch, Make, Steps, require_devices


def begin(device: str, count: int) -> None:
    """Check that JAX has `count` devices; virtual CPUs come from the process's environment.

    Raises:
        Unavailable: there are fewer.

    """
    import jax

    require_devices(device, count, len(jax.devices(device)))


def steps(make: Make, device: str, count: int) -> Steps:
    """Return the training step of a model on the first `count` devices.

    Batch statistics and random numbers are those of the whole batch, so no layer computes apart.
    """
    import jax
    import keras

    names = [f"{device}:{i}" for i in range(count)]
    parallel = keras.distribution.DataParallel(devices=names, auto_shard_dataset=False)
    keras.distribution.set_distribution(parallel)
    model = make()
    state = jax.tree.map(lambda variable: variable.value, training_state(model))
    places = jax.tree.map(lambda value: value.sharding, state)
    compiled = jax.jit(model.train_step, donate_argnums=0, out_shardings=(None, places))

    def read() -> list[np.ndarray]:
        return [np.asarray(value) for value in jax.tree.leaves(state)]

    def write(values: list[np.ndarray]) -> None:
        nonlocal state
        state = jax.device_put(jax.tree.unflatten(jax.tree.structure(state), values), places)

    def put(batch: Batch) -> Any:
        placed = [
            keras.distribution.distribute_tensor(part, parallel.get_data_layout(part.shape))
            for part in batch
        ]
        return jax.block_until_ready(tuple(placed))

    def step(batch: Any) -> float:
        nonlocal state
        logs, state = compiled(state, batch)
        return float(logs["loss"])

    def ran_on() -> tuple[str, int]:
        found = jax.tree.leaves(state)[0].sharding.device_set
        return next(iter(found)).platform, len(found)

    return Steps(
        read=read,
        write=write,
        put=put,
        step=step,
        ran_on=ran_on,
        paths=tuple(variable.path for variable in model.trainable_variables),
        per_device_layers=(),
    )
