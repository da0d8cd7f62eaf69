"""A scenario for tests that are about what is done with one."""

TINY = '''"""A small model on iris."""
import keras
from sklearn.datasets import load_iris

from seqbench import Data, Scenario, Training


def build():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )


def data():
    x, y = load_iris(return_X_y=True)
    x = x.astype("float32")
    return Data(x_train=x[::2], y_train=y[::2], x_test=x[1::2], y_test=y[1::2])


SCENARIO = Scenario(
    name="tiny",
    summary="a small model on iris",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy", epochs=3, metrics=("accuracy",), batch_size=25
    ),
    batch_sizes=(1, 4),
)
'''
