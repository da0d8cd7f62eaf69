"""Train a model on several devices of this host, and hold its weights against one device's."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Never

from seqbench.backends import current_backend
from seqbench.core.record import Status
from seqbench.core.scenario import Scenario
from seqbench.core.units import error, share
from seqbench.engine.jobs.context import Context
from seqbench.engine.workers.messages import Job
from seqbench.machine.devices import parse_count
from seqbench.machine.host import available_threads, peak_memory_bytes
from seqbench.measurement.training import compile_for_training
from seqbench.models.snapshot import Origin, load_origin
from seqbench.runtimes import RUNTIMES
from seqbench.verdict.data_parallel.compare import Compared, compare

if TYPE_CHECKING:
    import keras

VIRTUAL = "{count} virtual devices of one CPU: neither time nor efficiency is that of real devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOnDevices(Job[Never]):
    """Train the cells' one model on the job's devices, and on one of them."""

    source: Origin

    def run(self, context: Context) -> tuple[()]:
        """Train, and write the cells' records."""
        current_backend().set_threads(available_threads())
        scenario = load_origin(self.source)
        for cell in self.cells:
            context.say(f"{cell.model}: training on {cell.device}, and on one of them")
            trained = partial(_train, self.source, scenario, self.device)
            context.attempt(cell, RUNTIMES[cell.runtime or ""].packages, scenario.seed, trained)
        return ()


def _train(origin: Origin, scenario: Scenario, devices: str) -> dict[str, Any]:
    training = scenario.training
    assert training is not None  # noqa: S101 - else no such cell was planned
    assert scenario.data is not None  # noqa: S101 - else no such cell was planned

    def make() -> "keras.Sequential":
        import keras

        keras.utils.set_random_seed(scenario.seed)
        # Loaded anew: a file's model would be the same object, with its variables where they are.
        model = load_origin(origin).build()
        compile_for_training(model, training)
        return model

    count, device = parse_count(devices) or (1, devices)
    found = compare(make, scenario.data(), training.batch_size, device, count)
    return {**_verdict(found), **_fields(found, device, count)}


def _verdict(found: Compared) -> dict[str, Any]:
    """Hold the weights to one device's, where every layer computes as it does there."""
    if found.per_device_layers or found.difference <= found.allowed:
        return {"status": Status.PASS}
    return {
        "status": Status.FAIL,
        "reason": f"weights differ from those of one device by {error(found.difference)} in "
        f"{found.tensor}, where {error(found.allowed)} is allowed",
    }


def _fields(found: Compared, device: str, count: int) -> dict[str, Any]:
    equal = (
        f"weights are {error(found.difference)} from those of one device "
        f"({error(found.allowed)} is allowed)"
    )
    names = ", ".join(found.per_device_layers)
    meant = f"weights differ from one device's: batch statistics or dropout apart on each ({names})"
    notes = (
        f"{share(found.efficiency)} scaling efficiency: one device's time over {count} times this",
        meant if found.per_device_layers else equal,
        *([VIRTUAL.format(count=count)] if device == "cpu" else []),
    )
    return {
        "samples_s": found.samples_s,
        "samples_per_process": (len(found.samples_s),),
        "calls_per_sample": 1,
        "first_call_s": found.first_step_s,
        "ran_on": found.ran_on,
        "peak_memory_bytes": peak_memory_bytes(),
        "notes": notes,
        "details": {
            "parallel": {
                "devices": count,
                "virtual": device == "cpu",
                "efficiency": found.efficiency,
                "single_samples_s": list(found.single_samples_s),
                "max_weight_difference": found.difference,
                "allowed": None if found.per_device_layers else found.allowed,
                "tensor": found.tensor,
                "apart": list(found.per_device_layers),
            }
        },
    }
