"""Handwritten digits with dense layers. Real data: scikit-learn's digits, 8x8 pixels in a row."""

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def data() -> Data:
    digits = load_digits()
    x = (digits.data / 16).astype("float32")
    y = digits.target.astype("int32")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, random_state=0, stratify=y
    )
    return Data(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


SCENARIO = Scenario(
    name="digits_mlp",
    summary="handwritten digits with dense layers, ten classes",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        batch_size=32,
        epochs=12,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
