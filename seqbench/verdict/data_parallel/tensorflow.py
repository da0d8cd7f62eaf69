"""TensorFlow: `MirroredStrategy` (`TPUStrategy`). Devices run the step on parts of the batch."""

from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.backends.backend import training_state
from seqbench.backends.tensorflow_devices import tpu_strategy
from seqbench.verdict.data_parallel.steps import Batch, Make, Steps, require_devices

if TYPE_CHECKING:
    import keras


def begin(device: str, count: int) -> None:
    """Make the CPU `count` logical devices, before TensorFlow's first operation.

    Raises:
        Unavailable: there are fewer GPUs; TPUs are counted when their strategy is made.

    """
    import tensorflow as tf

    found = tf.config.list_physical_devices(device.upper())
    if device == "cpu":
        parts = [tf.config.LogicalDeviceConfiguration()] * count
        tf.config.set_logical_device_configuration(found[0], parts)
    elif device == "gpu":
        require_devices(device, count, len(found))


def steps(make: Make, device: str, count: int) -> Steps:
    """Return the training step of a model on the first `count` devices.

    Batch statistics and random numbers are each device's own.
    """
    import tensorflow as tf

    names = [f"/{device}:{i}" for i in range(count)]
    strategy = _strategy(device, names)
    with strategy.scope():
        model = make()
    every = [variable for group in training_state(model) for variable in group]
    compiled = tf.function(
        lambda x, y: strategy.run(model.train_step, args=((x, y),)), autograph=False
    )

    def write(values: list[np.ndarray]) -> None:
        with strategy.scope():
            for variable, value in zip(every, values, strict=True):
                variable.assign(value)

    def put(batch: Batch) -> Any:
        def part(whole: np.ndarray, number: int) -> Any:
            with tf.device(names[number]):
                return tf.constant(np.split(whole, count)[number])

        return tuple(
            strategy.experimental_distribute_values_from_function(
                lambda context, whole=whole: part(whole, context.replica_id_in_sync_group)
            )
            for whole in batch
        )

    def step(batch: Any) -> float:
        logs = strategy.experimental_local_results(compiled(*batch)["loss"])
        return float(np.mean([loss.numpy() for loss in logs]))

    def ran_on() -> tuple[str, int]:
        copies = strategy.experimental_local_results(every[0].value)
        found = {copy.device.rsplit("device:", 1)[-1].lower() for copy in copies}
        return next(iter(found)).split(":")[0], len(found)

    return Steps(
        read=lambda: [np.asarray(variable) for variable in every],
        write=write,
        put=put,
        step=step,
        ran_on=ran_on,
        paths=tuple(variable.path for variable in model.trainable_variables),
        per_device_layers=_per_device_layers(model) if count > 1 else (),
    )


def _strategy(device: str, names: list[str]) -> Any:
    import tensorflow as tf

    if device == "tpu":
        return tpu_strategy(len(names))
    if len(names) == 1:
        return tf.distribute.OneDeviceStrategy(names[0])
    return tf.distribute.MirroredStrategy(names)


def _per_device_layers(model: "keras.Sequential") -> tuple[str, ...]:
    import keras

    return tuple(
        layer.name
        for layer in model._flatten_layers(include_self=False)
        if (isinstance(layer, keras.layers.BatchNormalization) and not layer.synchronized)
        or _draws(layer)
    )


def _draws(layer: "keras.Layer") -> bool:
    """Whether a layer draws random numbers in training: cells with rates of zero do not."""
    names = ("rate", "dropout", "recurrent_dropout")
    rates = [getattr(layer, name) for name in names if hasattr(layer, name)]
    return bool(layer._seed_generators) and (not rates or any(rates))
