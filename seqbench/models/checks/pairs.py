"""Whether last layer, loss and labels go together. Each warning names what was found and the pair.

The labels decide which loss is right, and the loss which activation is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from seqbench.models.checks.losses import Family, Loss, read_loss
from seqbench.models.checks.outputs import Ending, Labels, read_ending, read_labels

if TYPE_CHECKING:
    import keras

_SOFTMAX = ("softmax", "sparsemax")
_SIGMOID = ("sigmoid", "hard_sigmoid", "sparse_sigmoid")
_TAKES = {
    Family.CATEGORICAL: (Labels.ONE_HOT, Labels.SHARES),
    Family.SPARSE: (Labels.CLASS_NUMBERS,),
    Family.BINARY: (Labels.YES_NO, Labels.MULTI_HOT, Labels.SHARES, Labels.UNIT),
    Family.REGRESSION: (Labels.QUANTITY, Labels.UNIT, Labels.SHARES, Labels.MULTI_HOT),
}
_WANTS = {
    Family.CATEGORICAL: "one-hot labels",
    Family.SPARSE: "class numbers",
    Family.BINARY: "a yes or no for each unit by itself",
    Family.REGRESSION: "quantities",
}
_RIGHT_FAMILY = {
    Labels.ONE_HOT: Family.CATEGORICAL,
    Labels.SHARES: Family.CATEGORICAL,
    Labels.CLASS_NUMBERS: Family.SPARSE,
    Labels.COUNTED: Family.SPARSE,
    Labels.YES_NO: Family.BINARY,
    Labels.MULTI_HOT: Family.BINARY,
    Labels.UNIT: Family.REGRESSION,
    Labels.QUANTITY: Family.REGRESSION,
}
_RIGHT_PAIR = {
    Family.CATEGORICAL: ("softmax", "categorical_crossentropy"),
    Family.SPARSE: ("softmax", "sparse_categorical_crossentropy"),
    Family.BINARY: ("sigmoid", "binary_crossentropy"),
    Family.REGRESSION: ("linear", "mse"),
}
_RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
}
_ROUNDING = 1e-5
"""Scaled labels may lie this far outside, by rounding."""


def advise(
    model: "keras.Sequential", loss: str | Callable[..., Any], y_train: np.ndarray | None = None
) -> list[str]:
    """Return a line for each mismatch of last layer, loss and labels; none where all is well.

    A loss that is not one of Keras's usual ones gets no advice.

    Args:
        model: a built model.
        loss: as in `seqbench.core.scenario.Training`.
        y_train: labels that `seqbench.models.checks.datacheck.check_data` accepts; without them the
            loss is taken at its word.

    Raises:
        InputError: Keras has no loss of that name.

    """
    ending, found = read_ending(model), read_loss(loss)
    if found.family is Family.OTHER:
        return []
    labels = _promised(found, ending) if y_train is None else read_labels(y_train, ending)
    right = found.family if _accepts(found, labels, ending) else _RIGHT_FAMILY[labels]
    loss_name = found.name + (" with from_logits=True" if found.from_logits else "")
    pair = _pair(found, right, ending)
    warnings = []
    if not _accepts(found, labels, ending):
        warnings.append(
            f"loss {loss_name} {_mismatch(found, labels, ending)}; "
            f"end layer {ending.layer!r} in {pair}"
        )
    reason = _ending_reason(found, right, labels, ending)
    if reason is None and right is found.family is Family.REGRESSION and y_train is not None:
        reason = _range_reason(y_train, ending)
    if reason is not None:
        warnings.append(
            f"layer {ending.layer!r} ends in {ending.activation}, loss {loss_name}: {reason}; "
            f"end it in {pair}"
        )
    return warnings


def _promised(loss: Loss, ending: Ending) -> Labels:
    """Labels that the loss is made for."""
    if loss.family is not Family.REGRESSION and ending.units == 1:
        return Labels.YES_NO
    return Labels.MULTI_HOT if loss.family is Family.BINARY else _TAKES[loss.family][0]


def _accepts(loss: Loss, labels: Labels, ending: Ending) -> bool:
    if ending.units == 1 and loss.family in (Family.CATEGORICAL, Family.SPARSE):
        return False
    if loss.family is Family.REGRESSION and labels is Labels.YES_NO:
        return len(ending.shape) > 1  # pixels that are black or white rather than two classes
    return labels in _TAKES[loss.family]


def _pair(found: Loss, right: Family, ending: Ending) -> str:
    activation, usual = _RIGHT_PAIR[right]
    loss = found.name if found.family is right else usual
    units = " and one unit for each class" if right is Family.SPARSE and ending.units == 1 else ""
    logits = " (or linear with from_logits=True)" if loss.endswith("crossentropy") else ""
    return f"{activation} with {loss}{units}{logits}"


def _mismatch(loss: Loss, labels: Labels, ending: Ending) -> str:
    if ending.units == 1 and loss.family in (Family.CATEGORICAL, Family.SPARSE):
        return "takes one unit for each class, found a single unit"
    return f"takes {_WANTS[loss.family]}, found {labels}"


def _ending_reason(loss: Loss, right: Family, labels: Labels, ending: Ending) -> str | None:
    """Why the activation is wrong for labels of the right family, or None."""
    activation = ending.activation
    if activation is None:
        return None
    if activation in _SOFTMAX and ending.units == 1:
        return "softmax over a single unit always gives 1"
    if right is Family.REGRESSION:
        forced = activation in _SOFTMAX and labels is not Labels.SHARES
        return "softmax makes the outputs add up to 1, as only classes do" if forced else None
    if loss.from_logits:
        fine = activation == "linear" or (activation == "log_softmax" and ending.units != 1)
        return None if fine else f"this loss takes logits from a linear layer, found {activation}"
    if activation == "linear":
        wrong = loss.family is not Family.REGRESSION  # there, the labels' reason says it all
        return "this loss takes probabilities, a linear layer gives any number" if wrong else None
    return _probability_reason(activation, right, ending)


def _probability_reason(activation: str, right: Family, ending: Ending) -> str | None:
    if activation in (_SIGMOID if right is Family.BINARY else _SOFTMAX):
        return None
    if activation in _SOFTMAX:
        return "softmax chooses one of the units, several can be right at once"
    if activation in _SIGMOID:
        several = ending.units != 1
        return "sigmoid scores each of several classes by itself" if several else None
    return f"{activation} does not give probabilities"


def _range_reason(y: np.ndarray, ending: Ending) -> str | None:
    low, high = _RANGES.get(ending.activation or "", (-np.inf, np.inf))
    least, most = float(y.min()), float(y.max())
    if least >= low - _ROUNDING and most <= high + _ROUNDING:
        return None
    return (
        f"the labels go from {least:.4g} to {most:.4g}, "
        f"{ending.activation} gives {low:g} to {high:g}"
    )
