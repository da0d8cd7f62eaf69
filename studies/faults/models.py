"""The models that the study judges: the shipped scenarios, others that are hard in some way, and
the walk's for correct exports."""

from dataclasses import dataclass, replace
from functools import cache

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from seqbench.core.scenario import Data, Scenario
from seqbench.engine.jobs.prepare import CALIBRATION_ROWS
from seqbench.measurement.training import train
from seqbench.models.catalogue import shipped
from seqbench.models.loading import load
from seqbench.models.source import resolve
from seqbench.models.weights import perturb
from studies.faults import own
from studies.layers import baseline
from studies.layers.case import Case
from studies.layers.cases import all_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model to judge exports of.

    Attributes:
        name: what it is called in the tables.
        model: the model.
        data: held-out inputs, None where it has none.
        calibration: inputs that it was trained on, None where it has none.
        later: the same model after one epoch more, None where it was not trained to its end.

    """

    name: str
    model: keras.Sequential
    data: np.ndarray | None = None
    calibration: np.ndarray | None = None
    later: keras.Sequential | None = None


def names() -> tuple[str, ...]:
    """Return the names of all models, the scenarios first."""
    return (*(entry.name for entry in shipped()), *own.MODELS)


def walked(count: int) -> tuple[str, ...]:
    """Return the names of some models of the walk, spread over those that every runtime passes."""
    classes = baseline.read(baseline.COMMITTED)
    good = [name for name in _walk() if set(classes[name].values()) == {"pass"}]
    return tuple(good[i * len(good) // count] for i in range(min(count, len(good))))


def subject(name: str, seed: int, epochs: int | None = None) -> Subject:
    """Return a model that looks trained, its weights drawn with `seed`.

    A scenario is trained on its data, for all its epochs or for `epochs`. The weights of the other
    models, and those that training left as they were, are moved from where layers start.
    """
    keras.utils.set_random_seed(seed)
    if name in own.MODELS:
        model = own.MODELS[name]()
        own.settle(model, seed)
        return Subject(name=name, model=model)
    if name in _walk():
        model = _walk()[name].build()
        perturb(model, seed)
        return Subject(name=name, model=model)
    scenario, data = _scenario(name)
    assert scenario.training is not None  # noqa: S101 - every shipped scenario has training
    training = scenario.training
    model, later = scenario.build(), None
    if epochs is None:
        train(model, data, training, "cpu", lambda _: None)
        later = clone(model)
        train(later, data, replace(training, epochs=1), "cpu", lambda _: None)
    elif epochs:
        train(model, data, replace(training, epochs=epochs), "cpu", lambda _: None)
    perturb(model, seed)
    calibration = np.random.default_rng(seed).permutation(data.x_train)[:CALIBRATION_ROWS]
    return Subject(name=name, model=model, data=data.x_test, calibration=calibration, later=later)


def clone(model: keras.Sequential) -> keras.Sequential:
    """Return another model with the same layers and weights."""
    copy = keras.Sequential.from_config(model.get_config())
    copy.build(model.input_shape)
    copy.set_weights(model.get_weights())
    return copy


@cache
def _walk() -> dict[str, Case]:
    return {case.name: case for _, case in all_cases()}


@cache
def _scenario(name: str) -> tuple[Scenario, Data]:
    path = next(entry.path for entry in shipped() if entry.name == name)
    scenario = load(resolve(str(path)))
    assert scenario.data is not None  # noqa: S101 - every shipped scenario has data
    return scenario, scenario.data()
