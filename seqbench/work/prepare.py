"""Build and train a model, and work out what its exports will be judged by."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench import reference
from seqbench.datacheck import check_data
from seqbench.jobs import Job
from seqbench.loading import load
from seqbench.machine import peak_memory_bytes, threads
from seqbench.runtimes.tensorflow import set_threads
from seqbench.scenario import Data, Scenario
from seqbench.store import Store, replacing, write_json
from seqbench.training import Trained, train
from seqbench.work.context import Context
from seqbench.work.inspect import source

if TYPE_CHECKING:
    import keras

PACKAGES = ("keras", "tensorflow", "numpy")


def prepare(job: Job, context: Context) -> None:
    """Write a model's files: itself, and the input suite with the float64 twin's answers.

    Arguments: `source`, `allow_code`. Where weights look fresh, a copy with perturbed weights is
    written too, for judging only.
    """
    scenario, model, data = _trained(job, context)
    folder = Store(context.folder).model(scenario.name)
    folder.mkdir(parents=True, exist_ok=True)
    context.say(f"{scenario.name}: working out the float64 reference")
    fresh = reference.fresh_weights(model)
    held_out = None if data is None else data.x_test
    _write(model, folder, scenario.seed, held_out)
    if fresh:
        reference.perturb(model, scenario.seed)
        _write(model, folder / "perturbed", scenario.seed, held_out)
    write_json(folder / "prepared.json", {"seed": scenario.seed, "fresh": fresh})


def train_only(job: Job, context: Context) -> None:
    """Train a model on the job's device for its timings; nothing but the record is kept."""
    _trained(job, context)


def _trained(job: Job, context: Context) -> "tuple[Scenario, keras.Sequential, Data | None]":
    import keras

    set_threads(threads())
    scenario = load(source(job.arguments["source"]), allow_code=job.arguments["allow_code"])
    keras.utils.set_random_seed(scenario.seed)
    model = scenario.build()
    data = scenario.data() if scenario.data else None
    if data is not None:
        check_data(model, scenario, data)
    if data is None or scenario.training is None:
        return scenario, model, data
    training, cell = scenario.training, next(iter(job.cells), None)
    if cell is None:
        train(model, data, training, job.device, context.say)
    else:
        context.attempt(
            cell,
            PACKAGES,
            scenario.seed,
            lambda: _fields(train(model, data, training, job.device, context.say)),
        )
    return scenario, model, data


def _fields(trained: Trained) -> dict[str, Any]:
    return {
        "samples_s": trained.samples_s,
        "calls_per_sample": 1,
        "first_call_s": trained.first_step_s,
        "metrics": trained.metrics,
        "ran_on": trained.ran_on,
        "peak_memory_bytes": peak_memory_bytes(),
        "details": {"epochs": trained.epochs, "steps": 1 + len(trained.samples_s)},
    }


def _write(model: "keras.Sequential", folder: Path, seed: int, held_out: np.ndarray | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.keras"
    with replacing(path) as temporary:
        # Keras wants the suffix; the optimizer's state is of no use to inference.
        temporary = temporary.with_suffix(".keras")  # noqa: PLW2901 - it has it already
        model.save(temporary, include_optimizer=False)
    reference.save(reference.cases(model, seed, held_out), folder / "reference.npz")
