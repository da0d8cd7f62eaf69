"""Mismatches of last layer, loss and labels are named with the right pair; good pairs are not."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, losses

from seqbench.models.checks.pairs import advise

CLASSES = np.arange(30) % 3
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
NUMBERS = CLASSES.astype("int32")
MULTI_HOT = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 1]], "float32")[CLASSES]
SMOOTHED = ONE_HOT * 0.9 + 0.1 / 3
YES_NO = (np.arange(30) % 2).astype("int32")
QUANTITY = np.linspace(-2, 3, 30, dtype="float32")
THREE = np.stack([QUANTITY, QUANTITY, QUANTITY], axis=1)

CATEGORICAL = "softmax with categorical_crossentropy (or linear with from_logits=True)"
SPARSE = "softmax with sparse_categorical_crossentropy (or linear with from_logits=True)"
BINARY = "sigmoid with binary_crossentropy (or linear with from_logits=True)"

Loss = str | Callable[..., Any]


def stack(*tail: keras.layers.Layer) -> keras.Sequential:
    return keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="relu"), *tail])


def dense(units: int, activation: str | None = None) -> keras.layers.Layer:
    return layers.Dense(units, activation=activation, name="last")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (3, "softmax", "categorical_crossentropy", ONE_HOT),
        (3, "softmax", "categorical_crossentropy", SMOOTHED),
        (3, "softmax", "kld", SMOOTHED),
        (3, "softmax", "categorical_focal_crossentropy", ONE_HOT),
        (3, None, lambda: losses.CategoricalCrossentropy(from_logits=True), ONE_HOT),
        (3, "log_softmax", losses.CategoricalCrossentropy(from_logits=True), ONE_HOT),
        (3, "softmax", "sparse_categorical_crossentropy", NUMBERS),
        (3, "softmax", losses.SparseCategoricalCrossentropy, NUMBERS[:, None]),
        (3, None, losses.SparseCategoricalCrossentropy(from_logits=True), NUMBERS),
        (1, "sigmoid", "bce", YES_NO),
        (1, "sigmoid", losses.BinaryCrossentropy(label_smoothing=0.1), YES_NO[:, None]),
        (1, "hard_sigmoid", "binary_focal_crossentropy", YES_NO.astype("float32")),
        (1, None, losses.BinaryCrossentropy(from_logits=True), YES_NO),
        (3, "sigmoid", "binary_crossentropy", MULTI_HOT),
        (3, "sigmoid", "binary_crossentropy", ONE_HOT * 0.4),
        (1, None, "mse", QUANTITY),
        (1, None, "mae", NUMBERS.astype("float32")),
        (1, None, "huber", QUANTITY[:, None]),
        (3, None, "mse", THREE),
        (3, "relu", "log_cosh", np.abs(THREE)),
        (3, "sigmoid", "mse", np.abs(THREE) / 3),
        (3, "softmax", "mse", SMOOTHED),
        (1, "tanh", "hinge", YES_NO * 2 - 1),
        (3, "relu", "poisson", NUMBERS),
        (3, "sigmoid", "dice", ONE_HOT),
        (1, "relu", lambda y_true, y_pred: (y_true - y_pred) ** 2, YES_NO),
    ],
)
def test_good_pairs_get_no_warning(
    units: int, activation: str | None, loss: Loss, labels: np.ndarray
) -> None:
    assert advise(stack(dense(units, activation)), loss, labels) == []


@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("softmax", "categorical_crossentropy"),
        ("softmax", "sparse_categorical_crossentropy"),
        (None, losses.SparseCategoricalCrossentropy(from_logits=True)),
        ("sigmoid", "binary_crossentropy"),
        (None, "mse"),
        ("sigmoid", "mae"),
    ],
)
def test_good_pairs_get_no_warning_without_labels(activation: str | None, loss: Loss) -> None:
    assert advise(stack(dense(3, activation)), loss) == []


@pytest.mark.parametrize(
    ("activation", "loss"), [("sigmoid", "bce"), (None, "mse"), ("tanh", "mae"), ("relu", "mse")]
)
def test_good_pairs_of_one_unit_get_no_warning_without_labels(
    activation: str | None, loss: Loss
) -> None:
    assert advise(stack(dense(1, activation)), loss) == []


def test_mismatches_are_named_without_labels_too() -> None:
    (warning,) = advise(stack(dense(1, "sigmoid")), "sparse_categorical_crossentropy")
    assert warning == (
        "loss sparse_categorical_crossentropy takes one unit for each class, found a single unit; "
        f"end layer 'last' in {BINARY}"
    )
    (warning,) = advise(stack(dense(3, "softmax")), "bce")
    assert warning == (
        "layer 'last' ends in softmax, loss binary_crossentropy: "
        f"softmax chooses one of the units, several can be right at once; end it in {BINARY}"
    )


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels", "reason", "pair"),
    [
        (
            *(3, "sigmoid", "categorical_crossentropy", ONE_HOT),
            *("sigmoid scores each of several classes by itself", CATEGORICAL),
        ),
        (
            *(3, "sigmoid", "sparse_categorical_crossentropy", NUMBERS),
            *("sigmoid scores each of several classes by itself", SPARSE),
        ),
        (
            *(3, "relu", "categorical_crossentropy", ONE_HOT),
            *("relu does not give probabilities", CATEGORICAL),
        ),
        (
            *(3, "relu", "sparse_categorical_crossentropy", NUMBERS),
            *("relu does not give probabilities", SPARSE),
        ),
        (1, "tanh", "bce", YES_NO, "tanh does not give probabilities", BINARY),
        (
            *(3, "softmax", losses.CategoricalCrossentropy(from_logits=True), ONE_HOT),
            *("this loss takes logits from a linear layer, found softmax", CATEGORICAL),
        ),
        (
            *(3, "softmax", lambda: losses.SparseCategoricalCrossentropy(from_logits=True)),
            *(NUMBERS, "this loss takes logits from a linear layer, found softmax", SPARSE),
        ),
        (
            *(1, "sigmoid", losses.BinaryCrossentropy(from_logits=True), YES_NO),
            *("this loss takes logits from a linear layer, found sigmoid", BINARY),
        ),
        (
            *(3, None, "categorical_crossentropy", ONE_HOT),
            *("this loss takes probabilities, a linear layer gives any number", CATEGORICAL),
        ),
        (
            *(3, None, "sparse_categorical_crossentropy", NUMBERS),
            *("this loss takes probabilities, a linear layer gives any number", SPARSE),
        ),
        (
            *(1, None, "BinaryCrossentropy", YES_NO),
            *("this loss takes probabilities, a linear layer gives any number", BINARY),
        ),
        (1, "softmax", "bce", YES_NO, "softmax over a single unit always gives 1", BINARY),
        (
            *(3, "softmax", "bce", MULTI_HOT),
            *("softmax chooses one of the units, several can be right at once", BINARY),
        ),
        (
            *(
                3,
                "softmax",
                "mse",
                THREE,
                "softmax makes the outputs add up to 1, as only classes do",
            ),
            "linear with mean_squared_error",
        ),
        (
            *(1, "relu", "mse", QUANTITY, "the labels go from -2 to 3, relu gives 0 to inf"),
            "linear with mean_squared_error",
        ),
        (
            *(1, "sigmoid", "mae", QUANTITY, "the labels go from -2 to 3, sigmoid gives 0 to 1"),
            "linear with mean_absolute_error",
        ),
    ],
)
def test_a_wrong_activation_is_named_with_the_right_pair(
    units: int, activation: str | None, loss: Loss, labels: np.ndarray, reason: str, pair: str
) -> None:
    (warning,) = advise(stack(dense(units, activation)), loss, labels)
    assert warning.startswith(f"layer 'last' ends in {activation or 'linear'}, loss ")
    assert warning.endswith(f": {reason}; end it in {pair}")


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels", "takes", "found", "pair"),
    [
        (
            *(3, "softmax", "sparse_categorical_crossentropy", ONE_HOT),
            *("class numbers", "one-hot classes", CATEGORICAL),
        ),
        (
            *(3, None, losses.SparseCategoricalCrossentropy(from_logits=True), ONE_HOT),
            *("class numbers", "one-hot classes", CATEGORICAL),
        ),
        (
            *(3, "softmax", "categorical_crossentropy", NUMBERS),
            *("one-hot labels", "class numbers", SPARSE),
        ),
        (
            *(3, "softmax", "categorical_crossentropy", NUMBERS[:, None]),
            *("one-hot labels", "class numbers", SPARSE),
        ),
        (
            *(3, "sigmoid", "categorical_crossentropy", MULTI_HOT),
            *("one-hot labels", "several zeros and ones per example", BINARY),
        ),
        (3, "softmax", "mse", ONE_HOT, "quantities", "one-hot classes", CATEGORICAL),
        (3, None, "mse", ONE_HOT, "quantities", "one-hot classes", CATEGORICAL),
        (3, "softmax", "mae", NUMBERS, "quantities", "class numbers", SPARSE),
        (1, "sigmoid", "mse", YES_NO, "quantities", "zeros and ones", BINARY),
        (1, None, "huber", YES_NO, "quantities", "zeros and ones", BINARY),
        (
            *(1, None, "mse", NUMBERS, "quantities"),
            "what looks like class numbers (make quantities floats)",
            SPARSE.replace("crossentropy", "crossentropy and one unit for each class"),
        ),
        (
            *(3, "softmax", "bce", ONE_HOT, "a yes or no for each unit by itself"),
            *("one-hot classes", CATEGORICAL),
        ),
        (
            *(3, "softmax", "bce", NUMBERS, "a yes or no for each unit by itself"),
            *("class numbers", SPARSE),
        ),
        (
            *(1, "sigmoid", "sparse_categorical_crossentropy", YES_NO),
            *("one unit for each class", "a single unit", BINARY),
        ),
        (
            *(1, "sigmoid", "categorical_crossentropy", YES_NO),
            *("one unit for each class", "a single unit", BINARY),
        ),
        (
            3,
            None,
            "bce",
            THREE,
            "a yes or no for each unit by itself",
            "quantities",
            "linear with mse",
        ),
    ],
)
def test_labels_that_the_loss_does_not_take_are_named_with_the_right_pair(
    units: int,
    activation: str | None,
    loss: Loss,
    labels: np.ndarray,
    takes: str,
    found: str,
    pair: str,
) -> None:
    (warning,) = advise(stack(dense(units, activation)), loss, labels)
    assert warning.startswith("loss ")
    assert warning.endswith(f" takes {takes}, found {found}; end layer 'last' in {pair}")


def test_wrong_labels_and_a_wrong_activation_are_two_warnings() -> None:
    about_labels, about_layer = advise(stack(dense(3, "sigmoid")), "mse", ONE_HOT)
    assert about_labels == (
        "loss mean_squared_error takes quantities, found one-hot classes; "
        f"end layer 'last' in {CATEGORICAL}"
    )
    assert about_layer == (
        "layer 'last' ends in sigmoid, loss mean_squared_error: "
        f"sigmoid scores each of several classes by itself; end it in {CATEGORICAL}"
    )


@pytest.mark.parametrize(
    ("tail", "warned"),
    [
        ([dense(3), layers.Activation("softmax", name="end")], None),
        ([dense(3), layers.Softmax(name="end")], None),
        ([dense(3, "softmax"), layers.Activation("linear"), layers.Dropout(0.5)], None),
        ([dense(3), layers.ReLU(name="end")], "layer 'end' ends in relu"),
        ([dense(3), layers.LeakyReLU(name="end")], "layer 'end' ends in leaky_relu"),
        ([dense(3), layers.Activation("sigmoid", name="end")], "layer 'end' ends in sigmoid"),
        ([dense(3), layers.BatchNormalization(name="end")], "layer 'end' ends in linear"),
        ([dense(3), layers.Dropout(0.5), layers.Flatten()], "layer 'last' ends in linear"),
    ],
)
def test_an_activation_layer_of_its_own_counts(
    tail: list[keras.layers.Layer], warned: str | None
) -> None:
    warnings = advise(stack(*tail), "sparse_categorical_crossentropy", NUMBERS)
    assert [warning.partition(",")[0] for warning in warnings] == ([warned] if warned else [])


def test_steps_of_a_sequence_are_judged_each() -> None:
    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.GRU(5, return_sequences=True),
            layers.TimeDistributed(layers.Dense(3, activation="sigmoid"), name="steps"),
        ]
    )
    numbers = np.stack([NUMBERS, NUMBERS], axis=1)
    (warning,) = advise(model, "sparse_categorical_crossentropy", numbers)
    assert warning.startswith("layer 'steps' ends in sigmoid, loss sparse_categorical_crossentropy")
    assert "takes class numbers, found one-hot classes" in " ".join(
        advise(model, "sparse_categorical_crossentropy", ONE_HOT[:, None].repeat(2, axis=1))
    )


def test_black_and_white_pixels_are_no_classes() -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Conv2D(1, 3, padding="same", activation="sigmoid")]
    )
    pixels = (np.arange(640).reshape(10, 8, 8, 1) % 2).astype("float32")
    assert advise(model, "mse", pixels) == []
    assert advise(model, "binary_crossentropy", pixels) == []


def test_an_activation_of_the_users_own_is_not_judged() -> None:
    model = stack(layers.Dense(3, activation=lambda x: x))
    assert advise(model, "sparse_categorical_crossentropy", NUMBERS) == []
