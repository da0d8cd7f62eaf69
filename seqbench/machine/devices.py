"""Devices: the environment of a process that uses one, and a probe of what is there."""

import re
import sys
from dataclasses import dataclass
from glob import glob

from seqbench.machine import tpu_chips
from seqbench.machine.frameworks import Framework
from seqbench.machine.tpu_chips import CHIPS


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


QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}
"""Every worker's: warnings of TensorFlow's core go to no log, its errors do."""

DEVICES: dict[str, Device] = {
    "cpu": Device(
        name="cpu",
        environment={"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"},
        nodes=(),
        how_to_get="every machine has one",
    ),
    "gpu": Device(
        name="gpu",
        # Memory is taken as it is needed, so that its peak says something.
        environment={
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        },
        nodes=("/dev/nvidia[0-9]*", "/dev/dxg"),
        how_to_get="needs an NVIDIA GPU with its driver, and a framework built for it: "
        "`pip install 'tensorflow[and-cuda]'`, `pip install 'jax[cuda13]'`, or PyTorch's own",
    ),
    "tpu": Device(
        name="tpu",
        environment={},
        nodes=("/dev/accel*", "/dev/vfio/[0-9]*"),
        how_to_get="needs a machine with a TPU, and `pip install 'jax[tpu]'` or a TensorFlow "
        "built for it",
    ),
}
"""Every device by its name, in the order of reports."""


_SEVERAL = re.compile(r"([2-9]|[1-9][0-9]+)x(cpu|gpu|tpu)")


def parse_count(name: str) -> tuple[int, str] | None:
    """Return how many of which device a name such as `4xgpu` means; None for any other name."""
    found = _SEVERAL.fullmatch(name)
    return (int(found[1]), found[2]) if found else None


def kind_of(name: str) -> str:
    """Return the device that a name means one or several of."""
    found = parse_count(name)
    return found[1] if found else name


def environment(name: str, needs: Framework | None) -> dict[str, str]:
    """Return the variables of a process that uses this device, or compiles for it."""
    keras = {"KERAS_BACKEND": needs} if needs else {}
    if name in CHIPS:
        return {**QUIET, **tpu_chips.ENVIRONMENT}
    count, kind = parse_count(name) or (1, name)
    virtual = {"XLA_FLAGS": f"--xla_force_host_platform_device_count={count}"}
    return {
        **QUIET,
        **keras,
        **DEVICES[kind].environment,
        **(virtual if kind == "cpu" and count > 1 else {}),
    }


def missing_reason(name: str) -> str | None:
    """Return why there can be no such device here, without loading a framework; None if unsure."""
    if name in CHIPS:
        return tpu_chips.missing_compiler_reason()
    device = DEVICES[kind_of(name)]
    if sys.platform != "linux" or not device.nodes or any(map(glob, device.nodes)):
        return None
    return f"no {device.name.upper()} is here (no {device.nodes[0]}): {device.how_to_get}"
