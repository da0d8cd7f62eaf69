"""Data that do not fit the first or last layer are refused in one line; data that do are not."""

import re
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses

from seqbench.core.errors import InputError
from seqbench.core.scenario import Data, Scenario, Training
from seqbench.models.checks.datacheck import check_data

X = np.ones((12, 4), "float32")
NUMBERS = (np.arange(12) % 3).astype("int32")
ONE_HOT = np.eye(3, dtype="float32")[NUMBERS]

THREE_UNITS = "last layer 'only' with 3 units tells the classes 0 to 2 apart, found classes"
ONE_UNIT = "last layer 'only' with 1 unit tells the classes 0 to 1 apart, found classes"
MEND_CLASSES = "give it one unit for each class or mend the labels"
MEND = "change its units or the labels"
RESHAPE = "reshape the data or change the keras.Input"


def dense(units: int = 3) -> keras.Sequential:
    return keras.Sequential([keras.Input((4,)), layers.Dense(units, name="only")])


def check(
    model: keras.Sequential, x: np.ndarray, y: np.ndarray, loss: Any, **test: np.ndarray
) -> None:
    data = Data(x_train=x, y_train=y, x_test=test.get("x_test", x), y_test=test.get("y_test", y))
    scenario = Scenario(
        name="mine", summary="", build=lambda: model, training=Training(loss=loss) if loss else None
    )
    check_data(model, scenario, data)


@pytest.mark.parametrize(
    ("units", "y", "loss"),
    [
        (3, NUMBERS, "sparse_categorical_crossentropy"),
        (3, NUMBERS[:, None], "sparse_categorical_crossentropy"),
        (5, NUMBERS, "sparse_categorical_crossentropy"),
        (3, np.where(NUMBERS, NUMBERS, -1), losses.SparseCategoricalCrossentropy(ignore_class=-1)),
        (3, ONE_HOT, "categorical_crossentropy"),
        (1, NUMBERS % 2, "bce"),
        (1, NUMBERS[:, None] * 7.5, "mse"),
        (1, NUMBERS * 100, "mse"),
        (3, ONE_HOT * 9, "mse"),
        # advice's business: labels that another loss would take
        (3, ONE_HOT, "sparse_categorical_crossentropy"),
        (3, NUMBERS, "categorical_crossentropy"),
        (3, NUMBERS, "mse"),
        # nobody's business: a loss that is not known, and a model that is not trained
        (3, np.zeros((12, 7)), "ctc"),
        (3, np.zeros((12, 7)), None),
    ],
)
def test_fitting_labels_pass(units: int, y: np.ndarray, loss: Any) -> None:
    check(dense(units), X, y, loss)


@pytest.mark.parametrize(
    ("units", "y", "loss", "message"),
    [
        (
            *(3, NUMBERS + 1, "sparse_categorical_crossentropy"),
            f"{THREE_UNITS} 1 to 3; {MEND_CLASSES}",
        ),
        (
            *(3, NUMBERS - 1, losses.SparseCategoricalCrossentropy(ignore_class=1)),
            f"{THREE_UNITS} -1 to 0; {MEND_CLASSES}",
        ),
        (
            *(1, NUMBERS, "bce"),
            f"{ONE_UNIT} 0 to 2; {MEND_CLASSES}",
        ),
        (
            *(4, ONE_HOT, "categorical_crossentropy"),
            f"last layer 'only' gives shape (4) each, found labels with shape (3) each; {MEND}",
        ),
        (
            *(3, np.linspace(0, 1, 12), "mse"),
            f"last layer 'only' gives shape (3) each, found labels with one number each; {MEND}",
        ),
        (
            *(3, NUMBERS * 100, "mse"),
            f"last layer 'only' gives shape (3) each, found labels with one number each; {MEND}",
        ),
        (
            3,
            np.array(["a"] * 12),
            "mse",
            "expected numbers, found dtype <U1; convert them to float32",
        ),
        (
            *(3, np.where(ONE_HOT, np.nan, 0), "mse"),
            "expected finite numbers, found 12 NaN or infinite; clean the data",
        ),
    ],
)
def test_labels_that_do_not_fit(units: int, y: np.ndarray, loss: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        check(dense(units), X, y, loss)
    assert str(caught.value) == f"scenario 'mine', y_train: {message}"


def test_held_out_labels_are_held_to_the_same() -> None:
    with pytest.raises(InputError, match=r"^scenario 'mine', y_test: last layer 'only' with 3"):
        check(dense(), X, NUMBERS, "sparse_categorical_crossentropy", y_test=NUMBERS * 2)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            np.ones((12, 2, 2)),
            f"first layer 'only' expects shape (4) each, found shape (2, 2) each; {RESHAPE}",
        ),
        (X.astype(str), "expected numbers, found dtype <U32; convert them to float32"),
        (X * np.inf, "expected finite numbers, found 48 NaN or infinite; clean the data"),
    ],
)
def test_inputs_that_do_not_fit(x: np.ndarray, message: str) -> None:
    with pytest.raises(InputError) as caught:
        check(dense(), x, NUMBERS, "sparse_categorical_crossentropy")
    assert str(caught.value) == f"scenario 'mine', x_train: {message}"


def test_a_free_dimension_takes_any_size_and_is_written_so() -> None:
    model = keras.Sequential([keras.Input((None, 4)), layers.Dense(3, name="only")])
    x = np.ones((12, 6, 4))
    check(model, x, np.tile(NUMBERS[:, None], 6), "sparse_categorical_crossentropy")
    with pytest.raises(InputError, match=r"expects shape \(any, 4\) each, found shape \(4\) each"):
        check(model, X, NUMBERS, "sparse_categorical_crossentropy")


def test_tokens_must_be_in_the_embedding() -> None:
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            layers.Embedding(10, 3, name="words"),
            layers.GlobalAveragePooling1D(),
        ]
    )
    tokens = np.arange(48, dtype="int32").reshape(12, 4)
    check(model, tokens % 10, NUMBERS, "sparse_categorical_crossentropy")
    with pytest.raises(InputError) as caught:
        check(model, tokens, NUMBERS, "sparse_categorical_crossentropy")
    assert str(caught.value) == (
        "scenario 'mine', x_train: first layer 'words' expects numbers from 0 to 9, "
        "found 0 to 47; change its input_dim or the data"
    )
    with pytest.raises(InputError, match="found -1 to 8"):
        check(model, tokens % 10 - 1, NUMBERS, "sparse_categorical_crossentropy")


@pytest.mark.parametrize(
    ("metric", "y", "message"),
    [
        ("accuracy", NUMBERS + 1, f"{THREE_UNITS} 1 to 3; {MEND_CLASSES}"),
        ("sparse_categorical_accuracy", NUMBERS * 2, f"{THREE_UNITS} 0 to 4; {MEND_CLASSES}"),
        ("mae", NUMBERS * 100, "last layer 'only' gives shape (3) each, found labels with one"),
    ],
)
def test_labels_of_a_model_that_is_not_trained_are_held_to_its_metrics(
    metric: str, y: np.ndarray, message: str
) -> None:
    def check_untrained(y: np.ndarray) -> None:
        scenario = Scenario(name="mine", summary="", build=dense, metrics=(metric,))
        data = Data(x_train=X, y_train=y, x_test=X, y_test=y)
        check_data(dense(), scenario, data, "mine.npz")

    check_untrained(ONE_HOT)
    with pytest.raises(InputError, match=re.escape(f"mine.npz, y_train: {message}")):
        check_untrained(y)


def test_a_model_of_whole_numbers_is_given_no_others() -> None:
    model = keras.Sequential([keras.Input((4,), dtype="uint8"), layers.Dense(3, name="only")])
    check(model, X, NUMBERS, "sparse_categorical_crossentropy")  # 1.0 is whole
    message = "the model takes uint8, found dtype float32 with numbers that it cannot hold, from "
    for x, found in ((X / 2, "0.5 to 0.5"), (X * 256, "256 to 256"), (-X, "-1 to -1")):
        with pytest.raises(InputError, match=f"x_train: {message}{found}; convert them"):
            check(model, x, NUMBERS, "sparse_categorical_crossentropy")


@pytest.mark.parametrize("y", [NUMBERS[:9], NUMBERS[:0], np.array(3)])
def test_sizes_that_differ(y: np.ndarray) -> None:
    with pytest.raises(InputError) as caught:
        check(dense(), X, y, "sparse_categorical_crossentropy")
    assert str(caught.value) == (
        "scenario 'mine': expected as many examples in x_train as in y_train, "
        f"and at least one, found shapes (12, 4) and {y.shape}"
    )
