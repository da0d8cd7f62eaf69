"""The next value of a noisy wave, from the 24 before it. Generated data: two sines and noise.

The series' standard deviation is about 1 and the noise's 0.1, so an mse of 0.01 is the best there
is. The model learns from the first part of the series and is judged on what comes after it.
"""

import keras
import numpy as np

from seqbench import Data, Scenario, Training

WINDOW = 24
"""Steps that the model sees."""


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((WINDOW, 1)),
            keras.layers.LSTM(32),
            keras.layers.Dense(1),
        ]
    )


def data() -> Data:
    rng = np.random.default_rng(0)
    time = np.arange(2000)
    wave = np.sin(2 * np.pi * time / 25) + np.sin(2 * np.pi * time / 7)
    series = (wave + rng.normal(0, 0.1, time.size)).astype("float32")[:, None]
    x = np.stack([series[start : start + WINDOW] for start in range(len(series) - WINDOW)])
    y = series[WINDOW:]
    return Data(x_train=x[:1500], y_train=y[:1500], x_test=x[1500:], y_test=y[1500:])


SCENARIO = Scenario(
    name="lstm_series",
    summary="forecast of a series with an LSTM (generated waves)",
    build=build,
    data=data,
    training=Training(
        loss="mse",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.005),
        batch_size=32,
        epochs=8,
        metrics=("mae", "mse"),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
