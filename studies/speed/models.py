"""The six models, one of each kind that people export."""

from pathlib import Path

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

from seqbench.models.weights import perturb
from seqbench.verdict import reference

layers = keras.layers

CLASSES = 10


def dense() -> keras.Sequential:
    """Dense 100-64-10."""
    return keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def digits_cnn() -> keras.Sequential:
    """A CNN for digits of 28 x 28."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def separable_cnn() -> keras.Sequential:
    """Separable convolutions with batch normalization."""
    stack: list[keras.Layer] = []
    for filters in (32, 64):
        stack += [
            layers.SeparableConv2D(filters, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(16, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            *stack,
            layers.GlobalAveragePooling2D(),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def two_lstms() -> keras.Sequential:
    """Two LSTM layers on a series of 20 steps."""
    return keras.Sequential(
        [
            keras.Input((20, 8)),
            layers.LSTM(32, return_sequences=True),
            layers.LSTM(32),
            layers.Dense(1),
        ]
    )


def bilstm_text() -> keras.Sequential:
    """An embedding and a bidirectional LSTM."""
    return keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            layers.Embedding(1000, 32),
            layers.Bidirectional(layers.LSTM(32)),
            layers.Dense(2, activation="softmax"),
        ]
    )


def causal_conv1d() -> keras.Sequential:
    """Causal, dilated convolutions on a series of 128 steps."""
    return keras.Sequential(
        [
            keras.Input((128, 1)),
            *[
                layers.Conv1D(16, 5, padding="causal", dilation_rate=rate, activation="relu")
                for rate in (1, 2, 4)
            ],
            layers.GlobalAveragePooling1D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


MODELS = {
    "dense": dense,
    "digits_cnn": digits_cnn,
    "separable_cnn": separable_cnn,
    "two_lstms": two_lstms,
    "bilstm_text": bilstm_text,
    "causal_conv1d": causal_conv1d,
}


def save(folder: Path) -> None:
    """Write each model as `NAME.keras`, and the answers that judge its exports as `NAME.npz`.

    No weight stays as a fresh model has it (zero biases, untouched statistics): the models are
    as if they were trained, and an export that lost a weight is seen.
    """
    for name, build in MODELS.items():
        keras.utils.set_random_seed(0)
        model = build()
        perturb(model, 0)
        model.save(folder / f"{name}.keras")
        reference.save(reference.build_cases(model, seed=0), folder / f"{name}.npz")
