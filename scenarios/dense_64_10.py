"""Two dense layers on 100 inputs. Real data: scikit-learn's handwritten digits.

The 8x8 images get an empty border of one pixel, which makes them 10x10: 100 numbers in a row.
"""

import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((100,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def data() -> Data:
    digits = load_digits()
    framed = np.pad(digits.images / 16, ((0, 0), (1, 1), (1, 1)))
    x = framed.reshape(-1, 100).astype("float32")
    y = digits.target.astype("int32")
    x_train, x_test, y_train, y_test = train_test_split(
        x, y, test_size=0.25, random_state=0, stratify=y
    )
    return Data(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


SCENARIO = Scenario(
    name="dense_64_10",
    summary="two dense layers on 100 inputs, ten classes (framed digits)",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        batch_size=32,
        epochs=20,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
