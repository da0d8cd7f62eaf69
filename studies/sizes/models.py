"""Large models, and series of models that grow: in weights, in layers, in arithmetic."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras  # noqa: TID253 - Keras models; nothing in seqbench imports them

from seqbench.models.weights import perturb
from studies.architectures.imagenet import mobilenet, vgg
from studies.architectures.video import c3d_of

layers = keras.layers

Build = Callable[[], keras.Sequential]


def dense(width: int, depth: int) -> keras.Sequential:
    """Return dense layers on the pixels of a digit."""
    hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
    last = layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((784,)), *hidden, last])


def embedding_gru() -> keras.Sequential:
    """Return a table of 200,000 words and a GRU."""
    return keras.Sequential(
        [
            keras.Input((50,), dtype="int32"),
            layers.Embedding(200_000, 128),
            layers.GRU(128),
            layers.Dense(2, activation="softmax"),
        ]
    )


def long_lstm() -> keras.Sequential:
    """Return an LSTM that goes over 1,000 steps."""
    return keras.Sequential([keras.Input((1000, 8)), layers.LSTM(128), layers.Dense(1)])


def convolutions(count: int, size: int = 32) -> keras.Sequential:
    """Return `count` convolutions of 32 filters on pictures of `size` x `size`, normalized."""
    stack: list[keras.Layer] = []
    for _ in range(count):
        stack.append(layers.Conv2D(32, 3, padding="same", use_bias=False))
        stack += [layers.BatchNormalization(), layers.ReLU()]
    end = [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input((size, size, 3)), *stack, *end])


LARGE: dict[str, Build] = {
    "dense_9m": partial(dense, 1970, 3),
    "embedding_gru": embedding_gru,
    "lstm_1000": long_lstm,
    "conv_bn_relu_100": partial(convolutions, 100),
    "mobilenet": partial(mobilenet, 224, 32),
    "dense_100m": partial(dense, 9600, 2),
    "vgg16": partial(vgg, (2, 2, 3, 3, 3), 224, 64, 1000),
    "c3d": partial(c3d_of, 112, 64),
}
"""Models that people export, by name: the largest last."""

SERIES: dict[str, dict[str, tuple[int, Build]]] = {
    "weights": {
        f"dense_{n}": (784 * n + n * n + 12 * n + 10, partial(dense, n, 2))
        for n in (512, 1024, 2048, 4096)
    },
    "layers": {f"conv_{n}": (n, partial(convolutions, n)) for n in (12, 25, 50, 100)},
    "pixels": {f"pictures_{n}": (n * n, partial(convolutions, 4, n)) for n in (32, 64, 128, 256)},
}
"""Models that grow in one way, by that way; each with how far: its number of weights, of
convolutions, or of pixels, to which its FLOPs are proportional."""


def find(name: str) -> Build:
    """Return what builds a model of this name."""
    grown = {name: build for series in SERIES.values() for name, (_, build) in series.items()}
    return (LARGE | grown)[name]


def save(name: str, path: Path) -> None:
    """Write a model whose weights look trained."""
    keras.utils.set_random_seed(0)
    model = find(name)()
    perturb(model, 0)
    model.save(path)
