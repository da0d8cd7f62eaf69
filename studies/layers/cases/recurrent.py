"""SimpleRNN, LSTM and GRU, and the cells within RNN."""

from typing import Any

from studies.layers.case import Case, Configs, builders, case, grid, stack

KINDS = ("SimpleRNN", "LSTM", "GRU")
TIME = (5, 3)
"""Steps and features of one row."""


def _masked(kind: str, tag: str, **config: Any) -> Case:
    return stack(
        kind, f"masking-{tag}", TIME, lambda k: [k.Masking(), getattr(k, kind)(4, **config)]
    )


def _embedded(kind: str, tag: str, **config: Any) -> Case:
    return stack(
        kind,
        f"embedding-masked-{tag}",
        (6,),
        lambda k: [k.Embedding(12, 3, mask_zero=True), getattr(k, kind)(4, **config)],
        takes="int32",
    )


def _stateful(kind: str, **config: Any) -> Case:
    tag = "-".join(["stateful", *config])
    return stack(kind, tag, TIME, lambda k: getattr(k, kind)(4, stateful=True, **config), batch=2)


def _cell(tag: str, make: Any, *covers: str, **config: Any) -> Case:
    return stack("RNN", tag, TIME, lambda k: k.RNN(make(k), **config), covers=covers)


def _stacked(kind: str) -> Case:
    def make(layers: Any) -> list[Any]:
        layer = getattr(layers, kind)
        return [layer(4, return_sequences=True), layer(3)]

    return stack(kind, "stacked", TIME, make)


CONFIGS: Configs = {
    "plain": {},
    "sequences": {"return_sequences": True},
    "backwards": {"go_backwards": True},
    "backwards-sequences": {"go_backwards": True, "return_sequences": True},
    "unroll": {"unroll": True},
    "unroll-backwards": {"unroll": True, "go_backwards": True},
    "dropout": {"dropout": 0.3, "recurrent_dropout": 0.2},
}

CASES = (
    *(each for kind in KINDS for each in grid(kind, TIME, CONFIGS, units=4)),
    *(case(kind, "variable", (None, 3), units=4) for kind in KINDS),
    *(
        case(kind, "variable-sequences", (None, 3), units=4, return_sequences=True)
        for kind in KINDS
    ),
    *(make(kind, "last") for kind in KINDS for make in (_masked, _embedded)),
    *(
        make(kind, "sequences", return_sequences=True)
        for kind in KINDS
        for make in (_masked, _embedded)
    ),
    *(_masked(kind, "backwards", go_backwards=True) for kind in KINDS),
    *(_masked(kind, "unroll", unroll=True) for kind in KINDS),
    _masked("LSTM", "zero-output", return_sequences=True, zero_output_for_mask=True),
    *(_stateful(kind) for kind in KINDS),
    _stateful("LSTM", return_sequences=True),
    *(_stacked(kind) for kind in KINDS),
    stack(
        "LSTM",
        "forecast",
        (8, 2),
        lambda k: [k.LSTM(6, return_sequences=True), k.Dropout(0.2), k.LSTM(4), k.Dense(1)],
    ),
    stack(
        "LSTM",
        "repeat-decoder",
        TIME,
        lambda k: [k.LSTM(4), k.RepeatVector(3), k.LSTM(4, return_sequences=True), k.Dense(2)],
    ),
    case("LSTM", "unroll-sequences", TIME, units=4, unroll=True, return_sequences=True),
    case("LSTM", "no-bias", TIME, units=4, use_bias=False),
    case("SimpleRNN", "relu", TIME, units=4, activation="relu"),
    case("GRU", "dropout-sequences", TIME, units=4, dropout=0.3, return_sequences=True),
    case("LSTM", "hard-sigmoid", TIME, units=4, recurrent_activation="hard_sigmoid"),
    case("LSTM", "no-forget-bias", TIME, units=4, unit_forget_bias=False),
    case("GRU", "gelu", TIME, units=4, activation="gelu"),
    case("GRU", "reset-before", TIME, units=4, reset_after=False),
    case("GRU", "reset-before-sequences", TIME, units=4, reset_after=False, return_sequences=True),
    case("GRU", "reset-before-unroll", TIME, units=4, reset_after=False, unroll=True),
    _cell("simple-cell", lambda k: k.SimpleRNNCell(4), "SimpleRNNCell"),
    _cell("lstm-cell", lambda k: k.LSTMCell(4), "LSTMCell"),
    _cell("gru-cell", lambda k: k.GRUCell(4), "GRUCell"),
    _cell("lstm-cell-sequences", lambda k: k.LSTMCell(4), return_sequences=True),
    _cell("gru-cell-backwards", lambda k: k.GRUCell(4, reset_after=False), go_backwards=True),
    _cell("lstm-cell-unroll", lambda k: k.LSTMCell(4), unroll=True),
    _cell("dropout-cell", lambda k: k.LSTMCell(4, dropout=0.2, recurrent_dropout=0.2)),
    _cell("cell-list-of-one", lambda k: [k.LSTMCell(4)], "StackedRNNCells"),
    _cell("cell-list", lambda k: [k.LSTMCell(4), k.GRUCell(3)], "StackedRNNCells"),
    _cell(
        "stacked-cells",
        lambda k: k.StackedRNNCells([k.LSTMCell(4), k.LSTMCell(3)]),
        "StackedRNNCells",
    ),
    _cell(
        "stacked-cells-sequences",
        lambda k: k.StackedRNNCells([k.SimpleRNNCell(4), k.GRUCell(3)]),
        "StackedRNNCells",
        return_sequences=True,
    ),
    stack(
        "RNN",
        "both-ways",
        TIME,
        lambda k: [
            k.Masking(),
            k.Bidirectional(k.RNN([k.LSTMCell(3), k.LSTMCell(2)], return_sequences=True)),
        ],
    ),
    stack(
        "LSTM",
        "stateful-both-ways",
        TIME,
        lambda k: k.Bidirectional(k.LSTM(3, stateful=True)),
        batch=2,
    ),
)
MODELS = builders(CASES)
