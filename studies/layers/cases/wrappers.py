"""Layers and models within others."""

from typing import Any

from studies.layers.case import Case, builders, stack


def _each(tag: str, shape: tuple[int | None, ...], make: Any) -> Case:
    return stack("TimeDistributed", tag, shape, lambda k: k.TimeDistributed(make(k)))


def _nested(tag: str, shape: tuple[int | None, ...], make: Any, takes: str = "float32") -> Case:
    return stack("Dense", f"nested-{tag}", shape, make, takes=takes)


def _sequential(*layers: Any) -> Any:
    import keras

    return keras.Sequential(list(layers))


CASES = (
    _each("dense", (4, 5), lambda k: k.Dense(3)),
    _each("dense-variable", (None, 5), lambda k: k.Dense(3)),
    _each("conv2d", (3, 5, 6, 2), lambda k: k.Conv2D(4, 3)),
    _each("pooling", (3, 6, 6, 2), lambda k: k.MaxPooling2D()),
    _each("batchnorm", (3, 4, 4, 2), lambda k: k.BatchNormalization()),
    _each("flatten", (3, 4, 2), lambda k: k.Flatten()),
    _each("lstm", (3, 4, 2), lambda k: k.LSTM(3)),
    stack(
        "TimeDistributed",
        "embedding",
        (3, 4),
        lambda k: k.TimeDistributed(k.Embedding(12, 3)),
        takes="int32",
    ),
    _each("dropout", (3, 4), lambda k: k.Dropout(0.5)),
    _each("sequential", (3, 5), lambda k: _sequential(k.Dense(4, "relu"), k.Dense(2))),
    stack(
        "TimeDistributed", "masked", (4, 3), lambda k: [k.Masking(), k.TimeDistributed(k.Dense(2))]
    ),
    stack(
        "TimeDistributed",
        "cnn-lstm",
        (3, 8, 8, 1),
        lambda k: [
            k.TimeDistributed(k.Conv2D(4, 3, activation="relu")),
            k.TimeDistributed(k.MaxPooling2D()),
            k.TimeDistributed(k.Flatten()),
            k.LSTM(4),
            k.Dense(2),
        ],
    ),
    _nested(
        "sequential", (5,), lambda k: [_sequential(k.Dense(4, "relu"), k.Dense(3)), k.Dense(2)]
    ),
    _nested("twice", (5,), lambda k: [_sequential(_sequential(k.Dense(4)), k.ReLU()), k.Dense(2)]),
    _nested(
        "conv",
        (8, 8, 2),
        lambda k: [
            _sequential(k.Conv2D(4, 3), k.BatchNormalization(), k.ReLU()),
            k.GlobalAveragePooling2D(),
            k.Dense(2),
        ],
    ),
    _nested(
        "lstm",
        (4, 3),
        lambda k: [_sequential(k.LSTM(4, return_sequences=True), k.LSTM(3)), k.Dense(2)],
    ),
    _nested(
        "embedding",
        (6,),
        lambda k: [
            _sequential(k.Embedding(12, 3), k.Dropout(0.1)),
            k.Bidirectional(k.GRU(3)),
            k.Dense(2),
        ],
        takes="int32",
    ),
)
MODELS = builders(CASES)
