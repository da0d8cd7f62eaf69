"""Preprocessing of numbers, categories, text and sound."""

from typing import Any

import numpy as np

from studies.layers.case import Case, Shape, builders, case, stack

BINS = [-1.0, 0.0, 0.5, 2.0]
WORDS = ["ape", "bee", "cat", "dog"]
NUMBERS = [3, 5, 7, 9]
MODES = ("int", "one_hot", "multi_hot", "count")


def _adapted(
    layer: str, tag: str, shape: Shape, data: Any, takes: str = "float32", **config: Any
) -> Any:
    def make(layers: Any) -> Any:
        made = getattr(layers, layer)(**config)
        made.adapt(data)
        return made

    return stack(layer, f"adapted-{tag}", shape, make, takes=takes)


def _normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(2, 3, shape).astype("float32")


def _lookup(layer: str, vocabulary: list[Any], takes: str, mask: Any) -> list[Case]:
    return [
        case(layer, tag, (4,), takes=takes, vocabulary=vocabulary, **config)
        for tag, config in {
            "plain": {},
            "mask": {"mask_token": mask},
            "two-oov": {"num_oov_indices": 2},
            "one-hot": {"output_mode": "one_hot"},
            "multi-hot": {"output_mode": "multi_hot"},
            "count": {"output_mode": "count"},
            "tf-idf": {"output_mode": "tf_idf", "idf_weights": [0.1, 0.2, 0.3, 0.4]},
        }.items()
    ]


def _stft(tag: str, mode: str, **config: Any) -> Case:
    settings = {"frame_length": 32, "frame_step": 16, "fft_length": 32, **config}
    return case("STFTSpectrogram", tag, (160, 1), mode=mode, **settings)


def _mel(tag: str, **config: Any) -> Case:
    bins: dict[str, Any] = {"num_mel_bins": 8, "sampling_rate": 800, "max_freq": 400.0}
    return case("MelSpectrogram", tag, (400,), fft_length=64, sequence_stride=32, **bins, **config)


CASES = (
    case("Normalization", "given", (5,), mean=[1.0, 2, 3, 4, 5], variance=[1.0, 2, 3, 4, 5]),
    case(
        "Normalization",
        "invert",
        (5,),
        mean=[1.0, 2, 3, 4, 5],
        variance=[1.0, 2, 3, 4, 5],
        invert=True,
    ),
    case("Normalization", "scalar", (5,), mean=1.0, variance=2.0, axis=None),
    _adapted("Normalization", "vector", (5,), _normal(64, 5)),
    _adapted("Normalization", "image", (4, 4, 3), _normal(16, 4, 4, 3)),
    _adapted("Normalization", "all-axes", (5,), _normal(64, 5), axis=None),
    _adapted("Normalization", "two-axes", (4, 5), _normal(64, 4, 5), axis=(1, 2)),
    stack(
        "Normalization",
        "mlp",
        (5,),
        lambda k: [k.Normalization(mean=1.0, variance=2.0), k.Dense(4, "relu"), k.Dense(1)],
    ),
    *(
        case("Discretization", f"bins-{mode}", (4,), bin_boundaries=BINS, output_mode=mode)
        for mode in MODES
    ),
    case("Discretization", "image", (3, 4, 2), bin_boundaries=BINS),
    _adapted("Discretization", "bins", (4,), _normal(200, 4), num_bins=5),
    *(
        case("CategoryEncoding", mode, (4,), takes="int32", num_tokens=6, output_mode=mode)
        for mode in MODES[1:]
    ),
    case(
        "CategoryEncoding",
        "one_hot-single",
        (1,),
        takes="int32",
        num_tokens=6,
        output_mode="one_hot",
    ),
    case("CategoryEncoding", "int64-multi_hot", (4,), takes="int64", num_tokens=6),
    case("CategoryEncoding", "float-multi_hot", (4,), num_tokens=6),
    *_lookup("IntegerLookup", NUMBERS, "int64", 0),
    case("IntegerLookup", "int32", (4,), takes="int32", vocabulary=NUMBERS),
    case("IntegerLookup", "invert", (4,), takes="int64", vocabulary=NUMBERS, invert=True),
    _adapted("IntegerLookup", "numbers", (4,), np.array([[3], [5], [5], [7]]), takes="int64"),
    stack(
        "IntegerLookup",
        "embedding",
        (4,),
        lambda k: [k.IntegerLookup(vocabulary=NUMBERS), k.Embedding(6, 3), k.Flatten(), k.Dense(2)],
        takes="int64",
    ),
    *_lookup("StringLookup", WORDS, "string", ""),
    case("StringLookup", "invert", (4,), takes="int64", vocabulary=WORDS, invert=True),
    case("Hashing", "int", (4,), takes="int64", num_bins=5),
    case("Hashing", "int32", (4,), takes="int32", num_bins=5),
    case("Hashing", "string", (4,), takes="string", num_bins=5),
    case("Hashing", "mask", (4,), takes="int64", num_bins=5, mask_value=0),
    case("Hashing", "salt", (4,), takes="int64", num_bins=5, salt=133),
    case("Hashing", "one-hot", (1,), takes="int64", num_bins=5, output_mode="one_hot"),
    case("Hashing", "multi-hot", (4,), takes="int64", num_bins=5, output_mode="multi_hot"),
    *(
        case("TextVectorization", mode, (1,), takes="string", vocabulary=WORDS, output_mode=mode)
        for mode in ("int", "multi_hot", "count")
    ),
    case(
        "TextVectorization",
        "length",
        (1,),
        takes="string",
        vocabulary=WORDS,
        output_sequence_length=4,
    ),
    stack(
        "TextVectorization",
        "classifier",
        (1,),
        lambda k: [
            k.TextVectorization(vocabulary=WORDS, output_sequence_length=4),
            k.Embedding(6, 3),
            k.GlobalAveragePooling1D(),
            k.Dense(1),
        ],
        takes="string",
    ),
    stack(
        "StringLookup",
        "lstm",
        (5,),
        lambda k: [
            k.StringLookup(vocabulary=WORDS, mask_token=""),
            k.Embedding(6, 3, mask_zero=True),
            k.LSTM(3),
        ],
        takes="string",
    ),
    *(_stft(mode, mode) for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")),
    _stft("same", "magnitude", padding="same"),
    _stft("padded-fft", "psd", fft_length=64),
    _stft("hamming-expanded", "log", window="hamming", expand_dims=True),
    _stft("no-window", "magnitude", window=None, scaling="spectrum", periodic=True),
    stack(
        "STFTSpectrogram",
        "cnn",
        (160, 1),
        lambda k: [
            k.STFTSpectrogram("log", 32, 16, 32, expand_dims=True),
            k.Conv2D(4, 3, activation="relu"),
            k.GlobalMaxPooling2D(),
            k.Dense(2),
        ],
    ),
    case("MelSpectrogram", "defaults", (8000,)),
    _mel("plain"),
    _mel("power", power_to_db=False),
    _mel("magnitude", mag_exp=1.0, window="hamming"),
    _mel("short-window", sequence_length=48),
)
MODELS = builders(CASES)
