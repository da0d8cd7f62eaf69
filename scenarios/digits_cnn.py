"""Handwritten digits with convolutions. Real data: scikit-learn's digits, images of 8x8x1."""

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.25),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.25),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def data() -> Data:
    digits = load_digits()
    x = (digits.images[..., None] / 16).astype("float32")
    y = digits.target.astype("int32")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, random_state=0, stratify=y
    )
    return Data(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


SCENARIO = Scenario(
    name="digits_cnn",
    summary="handwritten digits with convolutions, ten classes",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        batch_size=32,
        epochs=10,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
