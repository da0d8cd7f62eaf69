"""Build and train a model, and work out what its exports will be judged by."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

import numpy as np

from seqbench.backends import current_backend, on_device
from seqbench.backends.unsupported import name_unsupported
from seqbench.core import arrays
from seqbench.core.errors import InputError
from seqbench.core.record import Cell
from seqbench.core.scenario import Data, Scenario
from seqbench.core.store import PERTURBED, Store
from seqbench.engine.jobs import held_model, timed
from seqbench.engine.jobs.context import Context
from seqbench.engine.workers.messages import Job
from seqbench.machine.host import peak_memory_bytes
from seqbench.measurement.training import Trained, train
from seqbench.models import snapshot
from seqbench.models.checks.datacheck import check_data
from seqbench.models.snapshot import Origin
from seqbench.models.weights import assign_weights, fresh_weights, perturb
from seqbench.runtimes import RUNTIMES
from seqbench.runtimes.keras import XLA
from seqbench.verdict import reference
from seqbench.verdict.inputs.masked_steps import never_masked
from seqbench.verdict.quality import Sample

if TYPE_CHECKING:
    import keras

HELD_OUT_ROWS = 2048
"""How many of the held-out rows variants in reduced precision are judged by."""

CALIBRATION_ROWS = 256
"""How many training rows they are calibrated on; LiteRT's guide asks for 100 to 500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Train(Job[Never]):
    """Train a model on the job's device for its timings; nothing but the record is kept.

    A cell that has a record already gets this process's samples added to it.
    """

    source: Origin

    def run(self, context: Context) -> tuple[()]:
        """Train, and write the record of the one cell."""
        _trained(self.source, self.cells, self.device, context)
        held_model.forget()
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare(Job[Never]):
    """Write a model's files: itself, and the input suite with the float64 twin's answers.

    Where weights look fresh, a copy with perturbed weights is written too, for judging only. A
    model with a training is trained first, and the record of the one cell, if any, written.
    """

    source: Origin

    def run(self, context: Context) -> tuple[()]:
        """Write the model's files."""
        scenario, model, data = _trained(self.source, self.cells, self.device, context)
        folder = Store(context.folder).model(scenario.name)
        context.say(f"{scenario.name}: working out the float64 reference")
        held_out = None
        if data is not None:
            sampled = _sampled(model, data, scenario.seed)
            held_out = sampled.x_test
            _keep_data(model, scenario, sampled, folder)
        fresh = fresh_weights(model)
        if fresh:
            given = model.get_weights()
            perturb(model, scenario.seed)
            _write(model, folder / PERTURBED, self.source, scenario, held_out, fresh, context.step)
            assign_weights(model, given)
        _write(model, folder, self.source, scenario, held_out, fresh, context.step)
        if scenario.trains:
            held_model.forget()  # what it was trained with is in memory as well
        return ()


def _start(model: "keras.Sequential", scenario: Scenario, folder: Path) -> None:
    """Give a model the weights with which it started on the first back end, or keep them there."""
    path = folder / snapshot.INITIAL
    if path.exists():
        snapshot.set_weights(model, path)
    elif scenario.trains:
        folder.mkdir(parents=True, exist_ok=True)
        snapshot.keep_weights(model, path)


def _trained(
    origin: Origin, cells: tuple[Cell, ...], device: str, context: Context
) -> "tuple[Scenario, keras.Sequential, Data | None]":
    built = held_model.build(origin, device)
    scenario, model = built.scenario, built.model
    with on_device(device):
        _start(model, scenario, Store(context.folder).model(scenario.name))
    data = scenario.data() if scenario.data else None
    if data is not None:
        check_data(model, scenario, data, origin.data_place)
        if origin.metrics and data.y_test is None:
            names = ", ".join(origin.metrics)
            msg = f"{origin.data_place or origin.spec}: the metrics {names} need labels, found none"
            raise InputError(msg)
    if data is None or scenario.training is None or not scenario.trains:
        return scenario, model, data
    training, cell = scenario.training, next(iter(cells), None)
    xla = cell is not None and cell.runtime == XLA.name

    def trained() -> dict[str, Any]:
        with name_unsupported(scenario.name):
            found = train(model, data, training, device, context.say, xla=xla)
        earlier = Store(context.folder).find(cell.key) if cell else None
        return timed.join_processes(earlier, _fields(found, context.import_s, built.build_s))

    if cell is None:
        trained()
    else:
        packages = RUNTIMES[cell.runtime or ""].packages
        context.attempt(cell, packages, scenario.seed, trained)
    return scenario, model, data


def _fields(trained: Trained, import_s: float, build_s: float) -> dict[str, Any]:
    return {
        "samples_s": trained.samples_s,
        "samples_per_process": (len(trained.samples_s),),
        "calls_per_sample": 1,
        "first_call_s": trained.first_step_s,
        "load_s": build_s,
        "metrics": trained.metrics,
        "ran_on": trained.ran_on,
        "peak_memory_bytes": peak_memory_bytes(),
        "notes": (),
        "details": {
            "epochs": trained.epochs,
            "steps": 1 + len(trained.samples_s),
            "device_memory_bytes": current_backend().memory_bytes(trained.ran_on),
            "timing": {
                "import_s": [import_s],
                "load_s": [build_s],
                "first_call_s": [trained.first_step_s],
                "cpu_s": [trained.cpu_s],
                "foreign_cpus": [trained.foreign_cpus],
            },
        },
    }


def _sampled(model: "keras.Sequential", data: Data, seed: int) -> Data:
    """Return what artifacts are calibrated on and judged by, in the dtype that the model takes.

    The rows are in random order: data may be sorted by class.
    """
    dtype = "str" if model.inputs[0].dtype == "string" else model.inputs[0].dtype
    rng = np.random.default_rng(seed)
    train = rng.permutation(len(data.x_train))[:CALIBRATION_ROWS]
    test = rng.permutation(len(data.x_test))[:HELD_OUT_ROWS]
    return Data(
        x_train=data.x_train[train].astype(dtype),
        x_test=data.x_test[test].astype(dtype),
        y_test=None if data.y_test is None else data.y_test[test],
    )


def _keep_data(model: "keras.Sequential", scenario: Scenario, data: Data, folder: Path) -> None:
    """Write what variants in reduced precision are calibrated on and judged by."""
    sample = Sample(
        x=data.x_test,
        own=model.predict(data.x_test, batch_size=256, verbose=0),
        y=data.y_test,
        metrics=scenario.held_out_metrics,
    )
    reference.save_sample(sample, folder / snapshot.HELD_OUT)
    arrays.save(folder / snapshot.CALIBRATION, x=data.x_train)


def _write(
    model: "keras.Sequential",
    folder: Path,
    origin: Origin,
    scenario: Scenario,
    held_out: np.ndarray | None,
    fresh: list[str],
    say: reference.Say,
) -> None:
    """Write the reference first: a folder with its facts is a folder with everything."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = reference.build_cases(model, scenario.seed, held_out, say=say)
    reference.save(cases, folder / snapshot.REFERENCE)
    unmasked = never_masked(model, [case.x for case in reversed(cases)])
    snapshot.save(
        model,
        folder,
        origin,
        scenario.seed,
        fresh=fresh,
        never_masked=unmasked,
        trained=scenario.trains,
    )
