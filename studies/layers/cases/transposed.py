"""Transposed convolutions."""

from studies.layers.case import Configs, Shape, builders, case, grid, stack

ROWS: dict[int, Shape] = {1: (6,), 2: (4, 5), 3: (3, 4, 3)}
"""One row's positions by the number of dimensions."""

RANKS = (1, 2, 3)

CONFIGS: Configs = {
    "valid": {},
    "same": {"padding": "same"},
    "valid-strides2": {"strides": 2},
    "same-strides2": {"padding": "same", "strides": 2},
    "same-strides2-kernel4": {"padding": "same", "strides": 2, "kernel_size": 4},
    "same-strides2-output-padding": {"padding": "same", "strides": 2, "output_padding": 1},
    "same-dilation2": {"padding": "same", "dilation_rate": 2},
}

FIRST: Configs = {"channels-first": {"padding": "same", "strides": 2}}

CASES = (
    *(
        each
        for rank in RANKS
        for each in (
            *grid(f"Conv{rank}DTranspose", (*ROWS[rank], 3), CONFIGS, filters=4, kernel_size=3),
            *grid(
                f"Conv{rank}DTranspose",
                (3, *ROWS[rank]),
                FIRST,
                filters=4,
                kernel_size=3,
                data_format="channels_first",
            ),
        )
    ),
    case("Conv2DTranspose", "kernel1-strides2", (4, 5, 3), filters=4, kernel_size=1, strides=2),
    case("Conv2DTranspose", "strides3", (4, 5, 3), filters=4, kernel_size=2, strides=3),
    case(
        "Conv2DTranspose",
        "valid-strides2-output-padding",
        (4, 5, 3),
        filters=4,
        kernel_size=3,
        strides=2,
        output_padding=1,
    ),
    case(
        "Conv1DTranspose",
        "variable",
        (None, 3),
        filters=4,
        kernel_size=3,
        strides=2,
        padding="same",
    ),
    case(
        "Conv2DTranspose",
        "variable",
        (None, None, 3),
        filters=4,
        kernel_size=3,
        strides=2,
        padding="same",
    ),
    case(
        "Conv2DTranspose",
        "strides-uneven",
        (4, 5, 3),
        filters=4,
        kernel_size=(3, 2),
        strides=(2, 1),
        padding="same",
    ),
    stack(
        "Conv2DTranspose",
        "generator",
        (8,),
        lambda k: [
            k.Dense(48),
            k.Reshape((4, 4, 3)),
            k.Conv2DTranspose(4, 4, strides=2, padding="same"),
            k.BatchNormalization(),
            k.LeakyReLU(0.2),
            k.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh"),
        ],
    ),
)
MODELS = builders(CASES)
