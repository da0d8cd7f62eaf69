"""A loss is recognised however it is given."""

from collections.abc import Callable
from typing import Any

import pytest
from keras import losses

from seqbench.core.errors import InputError
from seqbench.models.checks.losses import Family, Loss, read_loss


@pytest.mark.parametrize(
    "given",
    [
        *("mse", "MSE", "mean_squared_error", "MeanSquaredError"),
        *(losses.mean_squared_error, losses.MeanSquaredError, losses.MeanSquaredError()),
        *(lambda: "mse", lambda: losses.MeanSquaredError(name="mine")),
    ],
)
def test_every_way_to_say_mse(given: str | Callable[..., Any]) -> None:
    assert read_loss(given) == Loss(name="mean_squared_error", family=Family.REGRESSION)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("categorical_crossentropy", Family.CATEGORICAL),
        ("CategoricalFocalCrossentropy", Family.CATEGORICAL),
        ("kld", Family.CATEGORICAL),
        ("sparse_categorical_crossentropy", Family.SPARSE),
        ("bce", Family.BINARY),
        ("binary_focal_crossentropy", Family.BINARY),
        ("mae", Family.REGRESSION),
        ("mape", Family.REGRESSION),
        ("msle", Family.REGRESSION),
        ("huber", Family.REGRESSION),
        ("log_cosh", Family.REGRESSION),
        ("hinge", Family.OTHER),
        ("poisson", Family.OTHER),
        ("ctc", Family.OTHER),
    ],
)
def test_families(name: str, family: Family) -> None:
    assert read_loss(name).family is family


def test_logits_and_ignored_class_are_read() -> None:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255)
    found = read_loss(loss)
    assert found.from_logits
    assert found.ignore_class == 255
    assert read_loss(lambda: loss) == found
    assert not read_loss("binary_crossentropy").from_logits


def test_a_function_of_the_users_own_is_of_no_family_whatever_its_name() -> None:
    def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
        return y_true - y_pred

    assert read_loss(mean_squared_error).family is Family.OTHER


def test_an_unknown_name_is_an_input_error() -> None:
    with pytest.raises(InputError) as caught:
        read_loss("xent")
    assert str(caught.value) == (
        "loss 'xent': expected the name of a Keras loss, found none of that name; "
        "use one such as 'mse' or 'sparse_categorical_crossentropy'"
    )
