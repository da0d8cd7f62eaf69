"""Digits squeezed to 32 numbers and drawn again. Real data: scikit-learn's handwritten digits."""

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )


def data() -> Data:
    x = (load_digits().images[..., None] / 16).astype("float32")
    train, test = train_test_split(x, test_size=0.25, random_state=0)
    return Data(x_train=train, y_train=train, x_test=test, y_test=test)


SCENARIO = Scenario(
    name="autoencoder",
    summary="transposed convolutions redraw what convolutions squeezed (digits)",
    build=build,
    data=data,
    training=Training(
        loss="mse",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.003),
        batch_size=32,
        epochs=10,
        metrics=("mae", "mse"),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
