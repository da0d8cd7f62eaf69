"""Bidirectional wrappers."""

from typing import Any

from studies.layers.case import Case, builders, stack

TIME = (5, 3)
"""Steps and features of one row."""


def _both(tag: str, make: Any, **config: Any) -> Case:
    return stack("Bidirectional", tag, TIME, lambda k: k.Bidirectional(make(k), **config))


def _kind(kind: str, tag: str, merge_mode: str = "concat", **config: Any) -> Case:
    def make(layers: Any) -> Any:
        return getattr(layers, kind)(4, **config)

    return _both(f"{kind.lower()}-{tag}", make, merge_mode=merge_mode)


def _masked(kind: str) -> Case:
    def make(layers: Any) -> list[Any]:
        embedding = layers.Embedding(12, 3, mask_zero=True)
        return [embedding, layers.Bidirectional(getattr(layers, kind)(4))]

    return stack("Bidirectional", f"{kind.lower()}-masked", (6,), make, takes="int32")


CASES = (
    *(
        _kind(kind, mode, merge_mode=mode)
        for kind in ("SimpleRNN", "LSTM", "GRU")
        for mode in ("concat", "sum", "mul", "ave")
    ),
    *(_kind(kind, "sequences", return_sequences=True) for kind in ("SimpleRNN", "LSTM", "GRU")),
    _both("lstm-unroll", lambda k: k.LSTM(4, unroll=True)),
    _both("gru-unroll-sequences", lambda k: k.GRU(4, unroll=True, return_sequences=True)),
    _both("lstm-dropout", lambda k: k.LSTM(4, dropout=0.2, recurrent_dropout=0.2)),
    _both("rnn-cell", lambda k: k.RNN(k.GRUCell(4))),
    stack(
        "Bidirectional",
        "backward-layer",
        TIME,
        lambda k: k.Bidirectional(k.LSTM(4), backward_layer=k.GRU(3, go_backwards=True)),
    ),
    stack("Bidirectional", "variable", (None, 3), lambda k: k.Bidirectional(k.LSTM(4))),
    *(_masked(kind) for kind in ("LSTM", "GRU")),
    stack(
        "Bidirectional",
        "masked-sequences",
        TIME,
        lambda k: [k.Masking(), k.Bidirectional(k.LSTM(4, return_sequences=True))],
    ),
    stack(
        "Bidirectional",
        "stacked",
        (6,),
        lambda k: [
            k.Embedding(12, 3),
            k.Bidirectional(k.LSTM(4, return_sequences=True)),
            k.Bidirectional(k.LSTM(3)),
            k.Dense(1, "sigmoid"),
        ],
        takes="int32",
    ),
)
MODELS = builders(CASES)
