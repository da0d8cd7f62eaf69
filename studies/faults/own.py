"""Models with layers, sizes and scales that the shipped scenarios do not have."""

from collections.abc import Callable

import keras  # noqa: TID253 - a study of Keras models; nothing in seqbench imports it
import numpy as np

from seqbench.models.weights import perturb
from seqbench.verdict import reference
from seqbench.verdict.inputs import suite

L = keras.layers


def leaky() -> keras.Sequential:
    """Strided convolutions, BatchNorm and LeakyReLU: a discriminator's stack."""
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            L.Conv2D(16, 3, padding="same"),
            L.BatchNormalization(momentum=0.5),
            L.LeakyReLU(negative_slope=0.2),
            L.Conv2D(24, 3, strides=2, padding="same"),
            L.BatchNormalization(momentum=0.5),
            L.LeakyReLU(negative_slope=0.2),
            L.AveragePooling2D(3, strides=2, padding="same"),
            L.Flatten(),
            L.Dense(5, activation="softmax"),
        ]
    )


def norms() -> keras.Sequential:
    """Layer and group normalization, PReLU, exact gelu."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 4)),
            L.Conv2D(16, 3, padding="same", activation="gelu"),
            L.LayerNormalization(),
            L.Conv2D(16, 3),
            L.PReLU(shared_axes=[1, 2]),
            L.GroupNormalization(4),
            L.GlobalMaxPooling2D(),
            L.Dense(6, activation="tanh"),
        ]
    )


def stacked_lstm() -> keras.Sequential:
    """A deep recurrent model that answers every step."""
    return keras.Sequential(
        [
            keras.Input((30, 6)),
            L.LSTM(24, return_sequences=True),
            L.LSTM(16, return_sequences=True),
            L.TimeDistributed(L.Dense(4)),
        ]
    )


def masked_rnn() -> keras.Sequential:
    """A masked series through a simple recurrent layer and a GRU."""
    return keras.Sequential(
        [
            keras.Input((20, 3)),
            L.Masking(-1.0),
            L.SimpleRNN(16, return_sequences=True),
            L.GRU(12),
            L.Dense(2),
        ]
    )


def conv_lstm() -> keras.Sequential:
    """A short film."""
    return keras.Sequential(
        [
            keras.Input((5, 8, 8, 2)),
            L.ConvLSTM2D(6, 3, padding="same"),
            L.GlobalAveragePooling2D(),
            L.Dense(3, activation="softmax"),
        ]
    )


def deep_cnn() -> keras.Sequential:
    """Ten convolutions with BatchNorm, and the mean over the image."""
    layers: list[keras.Layer] = [keras.Input((24, 24, 3))]
    for i in range(10):
        layers += [
            L.Conv2D(16, 3, strides=2 if i == 4 else 1, padding="same", use_bias=False),
            L.BatchNormalization(momentum=0.5),
            L.ReLU(),
        ]
    return keras.Sequential([*layers, L.GlobalAveragePooling2D(), L.Dense(10, "softmax")])


def multi_label() -> keras.Sequential:
    """Several labels at once, with swish, elu and exact gelu before them."""
    return keras.Sequential(
        [
            keras.Input((20,)),
            L.Dense(48, activation="gelu"),
            L.Dense(32, activation="swish"),
            L.Dense(24, activation="elu"),
            L.Dense(12, activation="sigmoid"),
        ]
    )


def scales() -> keras.Sequential:
    """Outputs of a thousandth and of a thousand side by side."""
    model = keras.Sequential(
        [keras.Input((10,)), L.Dense(32, activation="tanh"), L.Dense(4, use_bias=False)]
    )
    *others, last = model.get_weights()
    model.set_weights([*others, last * np.asarray([1e-3, 1.0, 1e3, 1e-6], "float32")])
    return model


def saturated() -> keras.Sequential:
    """A classifier that is always sure."""
    sure = keras.initializers.RandomNormal(stddev=20.0)
    return keras.Sequential(
        [
            keras.Input((30,)),
            L.Dense(40, activation="relu"),
            L.Dense(8, activation="softmax", kernel_initializer=sure),
        ]
    )


def wide_embedding() -> keras.Sequential:
    """Two thousand words, read by a GRU that forgets the first of them."""
    return keras.Sequential(
        [
            keras.Input((40,), dtype="int32"),
            L.Embedding(2000, 16),
            L.GRU(24),
            L.Dense(5, activation="softmax"),
        ]
    )


def tagger() -> keras.Sequential:
    """A tag for each word, padding masked."""
    return keras.Sequential(
        [
            keras.Input((12,), dtype="int32"),
            L.Embedding(60, 12, mask_zero=True),
            L.Bidirectional(L.LSTM(10, return_sequences=True)),
            L.Dense(6, activation="softmax"),
        ]
    )


def pixels() -> keras.Sequential:
    """Takes pixels from 0 to 255."""
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            L.Rescaling(1 / 255),
            L.Conv2D(16, 3, padding="same", activation="relu"),
            L.MaxPooling2D(),
            L.Conv2D(24, 3, padding="same", activation="relu"),
            L.Flatten(),
            L.Dense(10, activation="softmax"),
        ]
    )


def measurements() -> keras.Sequential:
    """Normalizes inputs that lie far from zero, as sensors' do."""
    center = L.Normalization(mean=[1000.0, 20.0, 0.1, -300.0], variance=[4.0, 9.0, 1e-4, 100.0])
    return keras.Sequential([keras.Input((4,)), center, L.Dense(16, activation="relu"), L.Dense(2)])


def large_sums() -> keras.Sequential:
    """Means over a whole image and products of thousands: where rounding errors add up."""
    return keras.Sequential(
        [
            keras.Input((96, 96, 1)),
            L.Conv2D(8, 5, activation="relu"),
            L.AveragePooling2D(2),
            L.Flatten(),
            L.Dense(16, activation="relu"),
            L.Dense(4),
        ]
    )


def global_mean() -> keras.Sequential:
    """The mean of a large image."""
    return keras.Sequential(
        [
            keras.Input((128, 128, 1)),
            L.Conv2D(4, 3, padding="same", activation="sigmoid"),
            L.GlobalAveragePooling2D(),
            L.Dense(3),
        ]
    )


MODELS: dict[str, Callable[[], keras.Sequential]] = {
    make.__name__: make
    for make in (
        *(leaky, norms, stacked_lstm, masked_rnn, conv_lstm, deep_cnn, multi_label, scales),
        *(saturated, wide_embedding, tagger, pixels, measurements, large_sums, global_mean),
    )
}
"""What makes each model, by its name."""


def settle(model: keras.Sequential, seed: int) -> None:
    """Make fresh weights look trained: move them, and let BatchNorm see batches."""
    perturb(model, seed)
    if any(isinstance(layer, L.BatchNormalization) for layer in model.layers):
        for i in range(8):
            model(suite.make_inputs(reference.input_spec(model), seed + i)["random"], training=True)
