"""Does a scenario's data fit its model? The first thing that does not is an InputError."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from seqbench.core.errors import InputError
from seqbench.core.scenario import Data, Scenario
from seqbench.models.checks.losses import Family, Loss, read_loss, read_metric
from seqbench.models.checks.outputs import Ending, fits, read_ending

if TYPE_CHECKING:
    import keras


def check_data(
    model: "keras.Sequential", scenario: Scenario, data: Data, place: str | None = None
) -> None:
    """Hold the data against the first and last layer of the scenario's built model.

    Args:
        model: the scenario's model, built.
        scenario: says what the labels are for.
        data: what is looked at.
        place: where it comes from, for messages; None for the scenario itself.

    Raises:
        InputError: the data's sizes, shapes, values or classes do not fit; the message names the
            array and the layer, the expected and the found.

    """
    place = place or f"scenario {scenario.name!r}"
    losses, ending = _takers_of_labels(scenario), read_ending(model)
    for part, x, y in (
        ("train", data.x_train, data.y_train),
        ("test", data.x_test, data.y_test),
    ):
        _check_count(place, part, x, y)
        _check_inputs(f"{place}, x_{part}", model, x)
        if y is not None:
            _check_finite(f"{place}, y_{part}", y)
            for loss in losses:
                _check_labels(f"{place}, y_{part}", loss, ending, y)
            if not scenario.trains:
                _check_quantities(f"{place}, y_{part}", scenario.held_out_metrics, ending, y)
    if scenario.trains and data.y_train is None:
        msg = f"{place}: expected y_train to train on, found none; add it, or train 0 epochs"
        raise InputError(msg)


def _takers_of_labels(scenario: Scenario) -> list[Loss]:
    """Return what the labels are given to, as far as it is known what it takes."""
    found = [read_loss(scenario.training.loss)] if scenario.training else []
    if not scenario.trains:  # else Keras itself computes the metrics, whatever they are
        found += map(read_metric, scenario.held_out_metrics)
    return [loss for loss in found if loss.family is not Family.OTHER]


def _check_count(place: str, part: str, x: np.ndarray, y: np.ndarray | None) -> None:
    if y is None:
        if x.ndim == 0 or len(x) == 0:
            msg = f"{place}: expected at least one example in x_{part}, found shape {x.shape}"
            raise InputError(msg)
        return
    if x.ndim == 0 or y.ndim == 0 or len(x) == 0 or len(x) != len(y):
        msg = (
            f"{place}: expected as many examples in x_{part} as in y_{part}, and at least one, "
            f"found shapes {x.shape} and {y.shape}"
        )
        raise InputError(msg)


def _check_inputs(place: str, model: "keras.Sequential", x: np.ndarray) -> None:
    import keras

    first, expected = model.layers[0], tuple(model.input_shape[1:])
    if not fits(x.shape[1:], expected):
        msg = (
            f"{place}: first layer {first.name!r} expects {_each(expected)}, "
            f"found {_each(x.shape[1:])}; reshape the data or change the keras.Input"
        )
        raise InputError(msg)
    if model.inputs[0].dtype == "string":
        return
    _check_finite(place, x)
    _check_whole(place, model, x)
    if isinstance(first, keras.layers.Embedding) and (x.min() < 0 or x.max() >= first.input_dim):
        msg = (
            f"{place}: first layer {first.name!r} expects numbers from 0 to {first.input_dim - 1}, "
            f"found {x.min():g} to {x.max():g}; change its input_dim or the data"
        )
        raise InputError(msg)


def _check_whole(place: str, model: "keras.Sequential", x: np.ndarray) -> None:
    """Refuse what a model of whole numbers cannot be given without a loss."""
    dtype = np.dtype(model.inputs[0].dtype)
    if dtype.kind not in "iu":
        return
    limits = np.iinfo(dtype)
    if x.min() < limits.min or x.max() > limits.max or np.any(x != np.round(x)):
        msg = (
            f"{place}: the model takes {dtype.name}, found dtype {x.dtype} with numbers that it "
            f"cannot hold, from {x.min():g} to {x.max():g}; convert them or change the keras.Input"
        )
        raise InputError(msg)


def _check_finite(place: str, values: np.ndarray) -> None:
    if values.dtype.kind not in "biuf":
        msg = f"{place}: expected numbers, found dtype {values.dtype}; convert them to float32"
        raise InputError(msg)
    count = int((~np.isfinite(values)).sum())
    if count:
        msg = f"{place}: expected finite numbers, found {count} NaN or infinite; clean the data"
        raise InputError(msg)


def _check_labels(place: str, loss: Loss, ending: Ending, y: np.ndarray) -> None:
    """Labels come one per unit or, for classes, as one class number instead of the last axis."""
    shape, units = y.shape[1:], ending.units
    most = 1 if units is None or units == 1 else units - 1
    kept = y if loss.ignore_class is None else y[y != loss.ignore_class]
    whole = bool(np.all(kept == np.round(kept)))
    known = whole and (not kept.size or bool(kept.min() >= 0 and kept.max() <= most))
    as_numbers = fits(shape, ending.shape[:-1]) or fits(shape, (*ending.shape[:-1], 1))
    classes = known if loss.family is Family.REGRESSION else whole
    if not fits(shape, ending.shape) and not (as_numbers and (units == 1 or classes)):
        msg = (
            f"{place}: last layer {ending.layer!r} gives {_each(ending.shape)}, "
            f"found labels with {_each(shape)}; change its units or the labels"
        )
        raise InputError(msg)
    if as_numbers and whole and not known and loss.family is not Family.REGRESSION:
        msg = (
            f"{place}: last layer {ending.layer!r} with {units} unit{'s' * (units != 1)} "
            f"tells the classes 0 to {most} apart, found classes {kept.min():g} to "
            f"{kept.max():g}; give it one unit for each class or mend the labels"
        )
        raise InputError(msg)


def _check_quantities(place: str, metrics: Sequence[str], ending: Ending, y: np.ndarray) -> None:
    """Refuse class numbers where an error is computed of each output."""
    errors = [name for name in metrics if read_metric(name).family is Family.REGRESSION]
    if errors and ending.units != 1 and not fits(y.shape[1:], ending.shape):
        msg = (
            f"{place}: last layer {ending.layer!r} gives {_each(ending.shape)}, found labels with "
            f"{_each(y.shape[1:])}, of which {', '.join(errors)} cannot be computed; change the "
            "labels or the metrics"
        )
        raise InputError(msg)


def _each(shape: Sequence[int | None]) -> str:
    """Return the shape of one example as messages write it."""
    if not shape:
        return "one number each"
    return f"shape ({', '.join('any' if size is None else str(size) for size in shape)}) each"
