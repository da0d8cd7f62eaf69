"""Devices: the environment of a process that uses one, and a probe of what is there."""

import sys
from dataclasses import dataclass
from glob import glob

from seqbench import chips
from seqbench.chips import CHIPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where work runs.

    Attributes:
        name: how it is called.
        environment: variables of a process that uses it.
        nodes: patterns of the files that Linux shows where there is one; empty: always there.
        how_to_get: what to do where it is missing.

    """

    name: str
    environment: dict[str, str]
    nodes: tuple[str, ...]
    how_to_get: str


QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "KERAS_BACKEND": "tensorflow", "PYTHONUNBUFFERED": "1"}
"""Every worker's: warnings of TensorFlow's core go to no log, its errors do."""

DEVICES: dict[str, Device] = {
    "cpu": Device(
        name="cpu",
        environment={"CUDA_VISIBLE_DEVICES": "-1"},
        nodes=(),
        how_to_get="every machine has one",
    ),
    "gpu": Device(
        name="gpu",
        environment={"TF_FORCE_GPU_ALLOW_GROWTH": "true"},
        nodes=("/dev/nvidia[0-9]*", "/dev/dxg"),
        how_to_get="needs an NVIDIA GPU with its driver, and `pip install tensorflow[and-cuda]`",
    ),
    "tpu": Device(
        name="tpu",
        environment={},
        nodes=("/dev/accel*", "/dev/vfio/[0-9]*"),
        how_to_get="needs a machine with a TPU and a TensorFlow built for it",
    ),
}
"""Every device by its name, in the order of reports."""


def environment(name: str) -> dict[str, str]:
    """Return the environment variables of a process that uses this device, or compiles for it."""
    return {**QUIET, **(chips.ENVIRONMENT if name in CHIPS else DEVICES[name].environment)}


def no_sign_of(name: str) -> str | None:
    """Return why there can be no such device here, without loading a framework; None if unsure."""
    if name in CHIPS:
        return chips.missing()
    nodes = DEVICES[name].nodes
    if sys.platform != "linux" or not nodes or any(map(glob, nodes)):
        return None
    return f"no {name.upper()} is here (no {nodes[0]}): {DEVICES[name].how_to_get}"


def probe(name: str) -> str | None:
    """Return why TensorFlow has no such device in this process; None where it has one."""
    import tensorflow as tf

    if tf.config.list_physical_devices(name.upper()):
        return None
    found = ", ".join(sorted({device.device_type for device in tf.config.list_physical_devices()}))
    return f"TensorFlow sees no {name.upper()} (only {found}): {DEVICES[name].how_to_get}"
