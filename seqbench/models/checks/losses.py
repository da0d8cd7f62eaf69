"""What a loss takes: which kind of labels, and probabilities or logits."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seqbench.core.errors import InputError


class Family(StrEnum):
    """What kind of labels a loss takes."""

    CATEGORICAL = "categorical"
    SPARSE = "sparse"
    BINARY = "binary"
    REGRESSION = "regression"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss's Keras name, what it takes, and the class number that it skips, if any."""

    name: str
    family: Family
    from_logits: bool = False
    ignore_class: int | None = None


_FAMILIES = {
    "categorical_crossentropy": Family.CATEGORICAL,
    "categorical_focal_crossentropy": Family.CATEGORICAL,
    "kl_divergence": Family.CATEGORICAL,
    "sparse_categorical_crossentropy": Family.SPARSE,
    "binary_crossentropy": Family.BINARY,
    "binary_focal_crossentropy": Family.BINARY,
    "mean_squared_error": Family.REGRESSION,
    "mean_absolute_error": Family.REGRESSION,
    "mean_absolute_percentage_error": Family.REGRESSION,
    "mean_squared_logarithmic_error": Family.REGRESSION,
    "huber": Family.REGRESSION,
    "log_cosh": Family.REGRESSION,
}


def read_metric(metric: str) -> Loss:
    """Return what a metric, by its Keras name, takes; Keras calls many as it calls a loss."""
    import keras

    if metric == "acc" or metric.endswith("accuracy"):
        return Loss(name=metric, family=Family.CATEGORICAL)
    try:
        return read_loss(keras.losses.get(metric))
    except ValueError:
        return Loss(name=metric, family=Family.OTHER)


def read_loss(loss: str | Callable[..., Any]) -> Loss:
    """Return the facts of a loss: a name, a Keras object or function, or a maker of one.

    Raises:
        InputError: Keras has no loss of that name.

    """
    import keras

    if callable(loss) and not isinstance(loss, keras.losses.Loss) and _takes_nothing(loss):
        loss = loss()
    if isinstance(loss, str):
        try:
            loss = keras.losses.get(loss)
        except ValueError as unknown:
            msg = (
                f"loss {loss!r}: expected the name of a Keras loss, found none of that name; "
                "use one such as 'mse' or 'sparse_categorical_crossentropy'"
            )
            raise InputError(msg) from unknown
    function = getattr(loss, "fn", loss)
    name = getattr(function, "__name__", type(loss).__name__)
    ours = getattr(keras.losses, name, None) is function
    options = loss.get_config() if isinstance(loss, keras.losses.Loss) else {}
    return Loss(
        name=name,
        family=_FAMILIES.get(name, Family.OTHER) if ours else Family.OTHER,
        from_logits=bool(options.get("from_logits", False)),
        ignore_class=options.get("ignore_class"),
    )


def _takes_nothing(function: Callable[..., Any]) -> bool:
    needed = inspect.Parameter.empty
    parameters = inspect.signature(function).parameters.values()
    return all(
        p.default is not needed or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters
    )
