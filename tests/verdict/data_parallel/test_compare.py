"""Training on virtual devices of the CPU, in processes of their own: a CPU is split at start."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from seqbench.core.errors import Unavailable
from seqbench.core.record import Status
from seqbench.engine.jobs.parallel import _fields, _verdict
from seqbench.machine.devices import environment, kind_of, missing_reason, parse_count
from seqbench.verdict.data_parallel.compare import Compared
from seqbench.verdict.data_parallel.steps import require_devices

CODE = """
import itertools, json
from dataclasses import asdict
import keras
import numpy as np
from seqbench.core.errors import Unavailable, Unsupported
from seqbench.verdict.data_parallel.compare import compare
from seqbench.core.scenario import Data

def compared(batch, dropout=False):
    def make():
        keras.utils.set_random_seed(1)
        layers = [keras.Input((8,)), keras.layers.Dense(16, activation="tanh")]
        layers += [keras.layers.Dropout(0.5, name="drop")] if dropout else []
        layers += [keras.layers.LayerNormalization(), keras.layers.Dense(3)]
        model = keras.Sequential(layers)
        model.compile(loss="mse", optimizer="adam", jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        return model

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 8)).astype("float32"), rng.normal(size=(64, 3)).astype("float32")
    ticks = itertools.count()
    data = Data(x_train=x, y_train=y, x_test=x, y_test=y)
    try:
        return asdict(compare(make, data, batch, "cpu", 4, lambda: float(next(ticks))))
    except Unsupported as error:
        return {"unsupported": str(error)}

def of_a_tpu():
    from seqbench.backends.tensorflow_devices import tpu_strategy
    try:
        tpu_strategy(2)
    except Unavailable as error:
        return str(error)

found = [compared(32), compared(32, dropout=True), compared(30)]
print(json.dumps([*found, of_a_tpu() if keras.backend.backend() == "tensorflow" else None]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_weights_are_a_single_devices(backend: str) -> None:
    """Of a model, of one with dropout, and of a batch that cannot be split: in one process."""
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={
            **os.environ,
            **environment("4xcpu", None),
            "JAX_PLATFORMS": "cpu",
            "KERAS_BACKEND": backend,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, dropped, unequal, tpu = json.loads(done.stdout.splitlines()[-1])
    assert found["ran_on"] == "4xcpu"
    assert found["per_device_layers"] == []
    assert 0 < found["difference"] <= found["allowed"] < 1e-6
    assert len(found["samples_s"]) == len(found["single_samples_s"]) == 19
    assert found["efficiency"] == 0.25  # by this clock each step takes one second
    # Dropout is each device's own on TensorFlow alone.
    apart = backend == "tensorflow"
    assert dropped["per_device_layers"] == (["drop"] if apart else [])
    assert (dropped["difference"] > dropped["allowed"]) is apart
    assert unequal == {"unsupported": "a batch of 30 cannot be split into 4 equal parts"}
    if apart and missing_reason("tpu") is not None:
        assert "TensorFlow finds no TPU here: NotFoundError: TPUs not found" in tpu


def seen(**changed: Any) -> Compared:
    values = {
        "first_step_s": 1.0,
        "samples_s": (0.5, 0.5),
        "single_samples_s": (1.0, 1.0),
        "difference": 1e-8,
        "allowed": 3e-8,
        "tensor": "dense/kernel",
        "per_device_layers": (),
        "ran_on": "2xcpu",
        "efficiency": 1.0,
    }
    return Compared(**{**values, **changed})


def test_fewer_devices_than_wanted_are_unavailable() -> None:
    require_devices("gpu", 2, 2)
    with pytest.raises(Unavailable, match="4xgpu was asked for, and 1 of them found here"):
        require_devices("gpu", 4, 1)


def test_other_weights_fail_and_the_tensor_is_named() -> None:
    assert _verdict(seen()) == {"status": Status.PASS}
    found = _verdict(seen(difference=1e-3))
    assert found["status"] is Status.FAIL
    assert found["reason"] == (
        "weights differ from those of one device by 1.0e-3 in dense/kernel, where 3.0e-8 is allowed"
    )
    assert _verdict(seen(difference=1e-3, per_device_layers=("norm",))) == {"status": Status.PASS}


def test_virtual_devices_are_said_to_be_virtual() -> None:
    (efficiency, equal, virtual) = _fields(seen(), "cpu", 2)["notes"]
    assert efficiency.startswith("100 % scaling efficiency")
    assert equal == "weights are 1.0e-8 from those of one device (3.0e-8 is allowed)"
    assert virtual.startswith("2 virtual devices of one CPU: ")
    assert len(_fields(seen(), "gpu", 2)["notes"]) == 2
    notes = _fields(seen(per_device_layers=("norm",)), "gpu", 2)["notes"]
    assert "apart on each (norm)" in notes[1]


def test_names_of_several_devices() -> None:
    assert parse_count("4xcpu") == (4, "cpu")
    assert parse_count("16xgpu") == (16, "gpu")
    for other in ("cpu", "1xcpu", "0xgpu", "4x", "4xtpu:v5e", "tpu:v5e"):
        assert parse_count(other) is None
    assert kind_of("2xgpu") == "gpu"
    assert kind_of("tpu:v5e") == "tpu:v5e"
    assert environment("4xcpu", None)["XLA_FLAGS"] == "--xla_force_host_platform_device_count=4"
    assert "XLA_FLAGS" not in environment("cpu", None)
    reason = missing_reason("2xgpu")
    assert reason is None or reason.startswith("no GPU is here")
