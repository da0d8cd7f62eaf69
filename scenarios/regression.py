"""How diabetes will have progressed in a year. Real data: scikit-learn's diabetes.

Inputs and target are standardised, so always answering the mean gives an mse of about 1.
"""

import keras
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from seqbench import Data, Scenario, Training


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((10,)),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1),
        ]
    )


def data() -> Data:
    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        x, y[:, None], test_size=0.25, random_state=0
    )
    x_scaler, y_scaler = StandardScaler().fit(x_train), StandardScaler().fit(y_train)
    return Data(
        x_train=x_scaler.transform(x_train).astype("float32"),
        y_train=y_scaler.transform(y_train).astype("float32"),
        x_test=x_scaler.transform(x_test).astype("float32"),
        y_test=y_scaler.transform(y_test).astype("float32"),
    )


SCENARIO = Scenario(
    name="regression",
    summary="one number from ten measurements (diabetes)",
    build=build,
    data=data,
    training=Training(
        loss="mse", optimizer="adam", batch_size=32, epochs=10, metrics=("mae", "mse")
    ),
    batch_sizes=(1, 32),
    seed=0,
)
