"""Convolutional LSTMs."""

from studies.layers.case import Case, Configs, Shape, builders, case, grid, stack

ROWS: dict[int, Shape] = {1: (6,), 2: (5, 6), 3: (3, 4, 3)}
"""One row's positions by the number of dimensions."""

STEPS = 3

CONFIGS: Configs = {
    "valid": {},
    "same": {"padding": "same"},
    "sequences": {"padding": "same", "return_sequences": True},
    "strides2": {"padding": "same", "strides": 2},
    "backwards": {"go_backwards": True},
    "dropout": {"dropout": 0.2, "recurrent_dropout": 0.2},
}

DILATED: Configs = {"dilation2": {"dilation_rate": 2}}


def _of(rank: int, configs: Configs) -> list[Case]:
    return grid(f"ConvLSTM{rank}D", (STEPS, *ROWS[rank], 2), configs, filters=2, kernel_size=2)


CASES = (
    *(each for rank in (1, 2, 3) for each in _of(rank, CONFIGS)),
    *(each for rank in (1, 2) for each in _of(rank, DILATED)),
    case("ConvLSTM2D", "no-bias", (STEPS, 5, 6, 2), filters=2, kernel_size=3, use_bias=False),
    case(
        "ConvLSTM2D",
        "channels-first",
        (STEPS, 2, 5, 6),
        filters=2,
        kernel_size=2,
        data_format="channels_first",
    ),
    case("ConvLSTM2D", "variable-time", (None, 5, 6, 2), filters=2, kernel_size=3, padding="same"),
    stack(
        "ConvLSTM2D",
        "next-frame",
        (STEPS, 5, 6, 1),
        lambda k: [
            k.ConvLSTM2D(3, 3, padding="same", return_sequences=True),
            k.BatchNormalization(),
            k.Conv3D(1, 3, padding="same", activation="sigmoid"),
        ],
    ),
)
MODELS = builders(CASES)
