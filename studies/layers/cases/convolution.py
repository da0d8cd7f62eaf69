"""Convolutions that keep or lower the resolution."""

from typing import Any

from studies.layers.case import Case, Configs, Shape, builders, case, grid, stack

ROWS: dict[int, Shape] = {1: (12,), 2: (9, 10), 3: (6, 7, 8)}
"""One row's positions by the number of dimensions."""

RANKS = (1, 2, 3)


def _shape(rank: int, channels: int, *, first: bool = False) -> Shape:
    return (channels, *ROWS[rank]) if first else (*ROWS[rank], channels)


CONFIGS: Configs = {
    "valid": {},
    "same": {"padding": "same"},
    "valid-strides2": {"strides": 2},
    "same-strides2": {"padding": "same", "strides": 2},
    "valid-dilation2": {"dilation_rate": 2},
    "same-dilation2": {"padding": "same", "dilation_rate": 2},
    "groups2": {"groups": 2},
    "same-strides2-groups2": {"padding": "same", "strides": 2, "groups": 2},
    "same-dilation2-groups2": {"padding": "same", "dilation_rate": 2, "groups": 2},
    "kernel4-same": {"kernel_size": 4, "padding": "same"},
}

FIRST: Configs = {
    "channels-first-same-strides2": {"padding": "same", "strides": 2},
    "channels-first-groups2": {"groups": 2},
}

DEPTHWISE: Configs = {
    "valid": {},
    "same": {"padding": "same"},
    "same-strides2": {"padding": "same", "strides": 2},
    "multiplier2": {"depth_multiplier": 2},
    "same-dilation2": {"padding": "same", "dilation_rate": 2},
}

PLAIN_FIRST: Configs = {"channels-first": {"data_format": "channels_first"}}


def _full(rank: int) -> list[Case]:
    name, common = f"Conv{rank}D", {"filters": 6, "kernel_size": 3}
    first = {**common, "data_format": "channels_first"}
    return [
        *grid(name, _shape(rank, 4), CONFIGS, **common),
        *grid(name, _shape(rank, 4, first=True), FIRST, **first),
    ]


def _light(rank: int) -> list[Case]:
    """Return depthwise and separable convolutions."""
    named: list[tuple[str, dict[str, int]]] = [
        (f"DepthwiseConv{rank}D", {}),
        (f"SeparableConv{rank}D", {"filters": 5}),
    ]
    return [
        each
        for name, common in named
        for shape, configs in (
            (_shape(rank, 3), DEPTHWISE),
            (_shape(rank, 3, first=True), PLAIN_FIRST),
        )
        for each in grid(name, shape, configs, kernel_size=3, **common)
    ]


NARROW: dict[str, tuple[int, ...]] = {"kernel_size": (1, 2, 1), "strides": (2, 1, 3)}


def _narrow(layer: str, tag: str, shape: Shape, **config: Any) -> Case:
    """Return a case whose kernel is narrower than its stride where nothing need be padded."""
    window = {name: value[-len(shape) + 1 :] for name, value in NARROW.items()}
    return case(layer, tag, shape, padding="same", **{**window, **config})


CASES = (
    *(each for rank in RANKS for each in _full(rank)),
    case("Conv2D", "kernel1", (9, 10, 4), filters=6, kernel_size=1),
    case("Conv2D", "no-bias", (9, 10, 4), filters=6, kernel_size=3, use_bias=False),
    case("Conv2D", "groups4-depthwise", (9, 10, 4), filters=4, kernel_size=3, groups=4),
    case("Conv1D", "causal", (12, 4), filters=6, kernel_size=3, padding="causal"),
    case(
        "Conv1D",
        "causal-dilation4",
        (12, 4),
        filters=6,
        kernel_size=2,
        padding="causal",
        dilation_rate=4,
    ),
    case(
        "Conv1D", "causal-strides2", (12, 4), filters=6, kernel_size=3, padding="causal", strides=2
    ),
    case("Conv1D", "causal-groups2", (12, 4), filters=6, kernel_size=3, padding="causal", groups=2),
    case("Conv1D", "variable", (None, 4), filters=6, kernel_size=3, padding="same"),
    case(
        "Conv1D",
        "causal-variable",
        (None, 4),
        filters=6,
        kernel_size=3,
        padding="causal",
        dilation_rate=2,
    ),
    case(
        "Conv1D",
        "strides3-variable",
        (None, 4),
        filters=6,
        kernel_size=5,
        padding="same",
        strides=3,
    ),
    case(
        "Conv2D",
        "kernel-uneven",
        (9, 10, 4),
        filters=6,
        kernel_size=(1, 5),
        strides=(1, 2),
        padding="same",
    ),
    case("Conv2D", "dilation-uneven", (9, 10, 4), filters=6, kernel_size=3, dilation_rate=(1, 2)),
    case(
        "Conv2D", "variable", (None, None, 3), filters=6, kernel_size=3, padding="same", strides=2
    ),
    case("Conv2D", "variable-valid", (None, None, 3), filters=6, kernel_size=3),
    case(
        "Conv2D",
        "variable-dilation2",
        (None, None, 3),
        filters=6,
        kernel_size=3,
        padding="same",
        dilation_rate=2,
    ),
    case("Conv2D", "variable-groups", (None, None, 4), filters=6, kernel_size=3, groups=2),
    _narrow("Conv1D", "narrow", (9, 4), filters=6),
    _narrow("Conv2D", "narrow", (8, 9, 4), filters=6),
    _narrow("Conv2D", "narrow-variable", (None, None, 4), filters=6),
    _narrow("Conv3D", "narrow", (6, 7, 9, 2), filters=4),
    _narrow("DepthwiseConv2D", "narrow", (8, 8, 4), kernel_size=(1, 2), strides=2),
    _narrow("SeparableConv2D", "narrow", (8, 8, 4), filters=3, kernel_size=(2, 1), strides=3),
    case("Conv2D", "strides-over-kernel", (9, 10, 4), filters=6, kernel_size=2, strides=3),
    case("Conv3D", "variable", (None, 6, 6, 2), filters=4, kernel_size=3, padding="same"),
    case(
        "Conv3D",
        "kernel-uneven",
        (6, 7, 8, 2),
        filters=4,
        kernel_size=(1, 3, 2),
        strides=(1, 2, 1),
        padding="same",
    ),
    *(each for rank in (1, 2) for each in _light(rank)),
    case("DepthwiseConv2D", "no-bias", (9, 10, 3), kernel_size=3, use_bias=False),
    case("SeparableConv2D", "relu", (9, 10, 3), filters=5, kernel_size=3, activation="relu"),
    case("DepthwiseConv1D", "variable", (None, 3), kernel_size=3, padding="same"),
    case("DepthwiseConv2D", "variable", (None, None, 3), kernel_size=3, padding="same"),
    case("SeparableConv2D", "variable", (None, None, 3), filters=5, kernel_size=3, padding="same"),
    stack(
        "Conv2D",
        "batchnorm-relu",
        (9, 10, 3),
        lambda k: [k.Conv2D(6, 3, use_bias=False), k.BatchNormalization(), k.ReLU()],
    ),
)
MODELS = builders(CASES)
