"""Pooling: windows, global and adaptive."""

from studies.layers.case import Case, Configs, Shape, builders, case, grid

ROWS: dict[int, Shape] = {1: (9,), 2: (8, 9), 3: (5, 6, 7)}
"""One row's positions by the number of dimensions."""

RANKS = (1, 2, 3)

KINDS = ("Max", "Average")

WINDOWS: Configs = {
    "plain": {},
    "same": {"padding": "same"},
    "overlapping": {"pool_size": 3, "strides": 2},
    "same-overlapping": {"pool_size": 3, "strides": 2, "padding": "same"},
}

GLOBAL: Configs = {"plain": {}, "keepdims": {"keepdims": True}}

ADAPTIVE: Configs = {
    "one": {"output_size": 1},
    "three": {"output_size": 3},
    "four": {"output_size": 4},
}

FIRST: Configs = {"channels-first": {"data_format": "channels_first"}}


def _of(kind: str, rank: int) -> list[Case]:
    last, first = (*ROWS[rank], 3), (3, *ROWS[rank])
    return [
        *grid(f"{kind}Pooling{rank}D", last, WINDOWS, pool_size=2),
        *grid(f"{kind}Pooling{rank}D", first, FIRST, pool_size=2),
        *grid(f"Global{kind}Pooling{rank}D", last, GLOBAL),
        *grid(f"Global{kind}Pooling{rank}D", first, FIRST),
        *grid(f"Adaptive{kind}Pooling{rank}D", last, ADAPTIVE),
        *grid(f"Adaptive{kind}Pooling{rank}D", first, FIRST, output_size=3),
    ]


CASES = (
    *(each for kind in KINDS for rank in RANKS for each in _of(kind, rank)),
    case("AdaptiveAveragePooling2D", "uneven", (8, 9, 3), output_size=(3, 2)),
    case("AdaptiveMaxPooling2D", "uneven", (8, 9, 3), output_size=(3, 2)),
    case("MaxPooling1D", "variable", (None, 3)),
    case("MaxPooling2D", "strides1-same", (8, 9, 3), strides=1, padding="same"),
    case("MaxPooling2D", "strides-over-window", (8, 9, 3), strides=3),
    case("MaxPooling2D", "variable", (None, None, 3), padding="same"),
    case("MaxPooling2D", "uneven", (8, 9, 3), pool_size=(1, 3), strides=(2, 1)),
    case(
        "MaxPooling3D",
        "uneven",
        (5, 6, 7, 3),
        pool_size=(1, 2, 3),
        strides=(1, 2, 2),
        padding="same",
    ),
    case("AveragePooling2D", "strides1-same", (8, 9, 3), pool_size=2, strides=1, padding="same"),
    case("AveragePooling2D", "strides-over-window", (8, 9, 3), pool_size=2, strides=3),
    case("AveragePooling2D", "variable", (None, None, 3), pool_size=2),
    case("AveragePooling2D", "variable-same", (None, None, 3), pool_size=2, padding="same"),
    case(
        "AveragePooling3D",
        "uneven",
        (5, 6, 7, 3),
        pool_size=(1, 2, 3),
        strides=(1, 2, 2),
        padding="same",
    ),
    case("GlobalMaxPooling1D", "variable", (None, 3)),
    case("GlobalAveragePooling1D", "variable", (None, 3)),
    case("GlobalMaxPooling2D", "variable", (None, None, 3)),
    case("GlobalAveragePooling2D", "variable", (None, None, 3)),
)
MODELS = builders(CASES)
