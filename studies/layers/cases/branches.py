"""Layers of several inputs: a Sequential holds them inside a model of one input and one output."""

from typing import Any

from studies.layers.case import Case, Shape, builders, stack

ROW: Shape = (4, 6)


def _block(layer: str, tag: str, join: Any, shape: Shape = ROW) -> Case:
    """Return a case with a branched model as the first layer of a stack."""

    def make(layers: Any) -> Any:
        import keras

        start = keras.Input(shape)
        return [keras.Model(start, join(layers, start)), layers.Dense(3)]

    return stack(layer, tag, shape, make)


def _crossed(layers: Any) -> Any:
    import keras

    start = keras.Input((2,), dtype="int64")
    return keras.Model(start, layers.HashedCrossing(5)((start[:, :1], start[:, 1:])))


def _merged(layer: str, tag: str = "block", **config: Any) -> Case:
    return _block(layer, tag, lambda k, x: getattr(k, layer)(**config)([x, k.Dense(6)(x)]))


CASES = (
    stack("HashedCrossing", "two-columns", (2,), _crossed, takes="int64"),
    *(_merged(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    _merged("Concatenate"),
    _merged("Concatenate", "time", axis=1),
    _merged("Dot", "features", axes=-1),
    _merged("Dot", "time", axes=1),
    _merged("Dot", "normalized", axes=-1, normalize=True),
    _block("Attention", "self", lambda k, x: k.Attention()([x, x])),
    _block("Attention", "scaled", lambda k, x: k.Attention(use_scale=True)([x, k.Dense(6)(x)])),
    _block("Attention", "concat-score", lambda k, x: k.Attention(score_mode="concat")([x, x])),
    _block("Attention", "causal", lambda k, x: k.Attention()([x, x], use_causal_mask=True)),
    _block("AdditiveAttention", "self", lambda k, x: k.AdditiveAttention()([x, x])),
    _block("MultiHeadAttention", "self", lambda k, x: k.MultiHeadAttention(2, 3)(x, x)),
    _block(
        "MultiHeadAttention",
        "causal",
        lambda k, x: k.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True),
    ),
    _block(
        "MultiHeadAttention", "variable", lambda k, x: k.MultiHeadAttention(2, 3)(x, x), (None, 6)
    ),
    _block(
        "MultiHeadAttention",
        "two-axes",
        lambda k, x: k.MultiHeadAttention(2, 3, attention_axes=(1, 2))(x, x),
        (3, 4, 6),
    ),
    _block("GroupQueryAttention", "self", lambda k, x: k.GroupQueryAttention(3, 4, 2)(x, x)),
    _block(
        "MultiHeadAttention",
        "transformer",
        lambda k, x: k.LayerNormalization()(
            k.Add()([x, k.MultiHeadAttention(2, 3, dropout=0.1)(x, x)])
        ),
    ),
    _block(
        "Add",
        "residual-conv",
        lambda k, x: k.ReLU()(k.Add()([x, k.Conv2D(2, 3, padding="same")(x)])),
        (6, 6, 2),
    ),
    _block(
        "Multiply",
        "squeeze-excite",
        lambda k, x: k.Multiply()(
            [x, k.Dense(2, "sigmoid")(k.GlobalAveragePooling2D(keepdims=True)(x))]
        ),
        (6, 6, 2),
    ),
)
MODELS = builders(CASES)
