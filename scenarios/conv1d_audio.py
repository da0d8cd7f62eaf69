"""Sine, square or sawtooth? Generated waveforms of random pitch, phase and loudness, with noise."""

import keras
import numpy as np

from seqbench import Data, Scenario, Training

SAMPLES = 128
"""Length of a waveform."""


def build() -> keras.Sequential:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SAMPLES, 1)),
            layers.Conv1D(16, 5, padding="causal", activation="gelu"),
            layers.Conv1D(16, 5, padding="causal", dilation_rate=2, activation="gelu"),
            layers.Conv1D(32, 5, padding="causal", dilation_rate=4, activation="gelu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def data() -> Data:
    rng = np.random.default_rng(0)
    count = 1200
    periods = rng.uniform(2, 8, (count, 1))
    turns = np.linspace(0, 1, SAMPLES) * periods + rng.uniform(0, 1, (count, 1))
    sine = np.sin(2 * np.pi * turns)
    kinds = np.stack([sine, np.sign(sine), 2 * (turns % 1) - 1])
    y = rng.integers(0, 3, count).astype("int32")
    loudness = rng.uniform(0.5, 1.0, (count, 1))
    waves = loudness * kinds[y, np.arange(count)] + rng.normal(0, 0.05, (count, SAMPLES))
    x = waves.astype("float32")[..., None]
    return Data(x_train=x[:900], y_train=y[:900], x_test=x[900:], y_test=y[900:])


SCENARIO = Scenario(
    name="conv1d_audio",
    summary="causal dilated convolutions with gelu, three classes (generated waveforms)",
    build=build,
    data=data,
    training=Training(
        loss="sparse_categorical_crossentropy",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.005),
        batch_size=32,
        epochs=6,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
