"""Does a short text praise or blame? Generated tokens, up to 16 of them, padded with zeros.

A text is made of good, bad and neutral words; "not" turns the word after it round. It praises
where more words are good than bad, so the order of the words matters and the padding must not.
"""

import keras
import numpy as np

from seqbench import Data, Scenario, Training

LENGTH = 16
PADDING, NOT = 0, 1
GOOD, BAD = range(2, 10), range(10, 18)
VOCABULARY = 30
"""Number of tokens; those from 18 on are neutral."""


def build() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((LENGTH,), dtype="int32"),
            keras.layers.Embedding(VOCABULARY, 16, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.GRU(16)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def data() -> Data:
    rng = np.random.default_rng(0)
    count = 2000
    words = rng.integers(NOT, VOCABULARY, (count, LENGTH))
    words[rng.random(words.shape) < 0.1] = NOT
    lengths = rng.integers(3, LENGTH + 1, (count, 1))
    x = np.where(np.arange(LENGTH) < lengths, words, PADDING).astype("int32")
    values = np.isin(x, GOOD).astype("int32") - np.isin(x, BAD)
    values[:, 1:][x[:, :-1] == NOT] *= -1
    y = (values.sum(axis=1, keepdims=True) > 0).astype("float32")
    return Data(x_train=x[:1600], y_train=y[:1600], x_test=x[1600:], y_test=y[1600:])


SCENARIO = Scenario(
    name="bigru_text",
    summary="masked embedding and a bidirectional GRU, two classes (generated tokens)",
    build=build,
    data=data,
    training=Training(
        loss="binary_crossentropy",
        optimizer=lambda: keras.optimizers.Adam(learning_rate=0.01),
        batch_size=32,
        epochs=5,
        metrics=("accuracy",),
    ),
    batch_sizes=(1, 32),
    seed=0,
)
