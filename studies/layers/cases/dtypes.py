"""Models that compute in other arithmetic than float32."""

from typing import Any

from studies.layers.case import Case, Shape, builders, stack

POLICIES = ("mixed_float16", "mixed_bfloat16", "float64")

FAMILIES: dict[str, tuple[Shape, Any]] = {
    "Dense": ((5,), lambda k, d: [k.Dense(4, "relu", dtype=d), k.Dense(3, "softmax", dtype=d)]),
    "Conv2D": (
        (6, 6, 2),
        lambda k, d: [
            k.Conv2D(4, 3, dtype=d),
            k.BatchNormalization(dtype=d),
            k.ReLU(dtype=d),
            k.MaxPooling2D(dtype=d),
            k.Flatten(dtype=d),
            k.Dense(3, dtype=d),
        ],
    ),
    "Conv1D": ((8, 2), lambda k, d: k.Conv1D(4, 3, padding="causal", activation="gelu", dtype=d)),
    "DepthwiseConv2D": ((6, 6, 2), lambda k, d: k.DepthwiseConv2D(3, dtype=d)),
    "Conv2DTranspose": ((4, 4, 2), lambda k, d: k.Conv2DTranspose(3, 3, strides=2, dtype=d)),
    "LSTM": ((5, 3), lambda k, d: k.LSTM(4, dtype=d)),
    "GRU": ((5, 3), lambda k, d: k.GRU(4, dtype=d)),
    "LayerNormalization": ((4, 5), lambda k, d: k.LayerNormalization(dtype=d)),
    "AveragePooling2D": ((6, 6, 2), lambda k, d: k.AveragePooling2D(2, dtype=d)),
    "ConvLSTM2D": ((3, 5, 6, 2), lambda k, d: k.ConvLSTM2D(2, 2, dtype=d)),
    "Conv3D": (
        (5, 6, 6, 2),
        lambda k, d: [
            k.Conv3D(4, 2, activation="elu", dtype=d),
            k.MaxPooling3D(dtype=d),
            k.Conv3DTranspose(2, 2, strides=2, dtype=d),
        ],
    ),
    "PReLU": (
        (6,),
        lambda k, d: [
            k.Dense(5, dtype=d),
            k.PReLU(alpha_initializer="glorot_uniform", dtype=d),
            k.Dense(4, "mish", dtype=d),
            k.Dense(4, "sparsemax", dtype=d),
        ],
    ),
    "Bidirectional": (
        (5, 3),
        lambda k, d: [
            k.Masking(dtype=d),
            k.Bidirectional(k.LSTM(3, return_sequences=True, dtype=d), dtype=d),
            k.TimeDistributed(k.Dense(2, dtype=d), dtype=d),
        ],
    ),
}
"""A model of each kind: its input's shape, and its layers for a dtype policy."""


def _in(layer: str, policy: str) -> Case:
    shape, make = FAMILIES[layer]
    return stack(layer, policy, shape, lambda k: make(k, policy))


def _pure(dtype: str) -> Case:
    return stack("Dense", dtype, (5,), lambda k: k.Dense(3, dtype=dtype))


def _spectrogram(policy: str) -> Case:
    """Return a case without bfloat16, in which TensorFlow has no Fourier transform."""
    return stack(
        "STFTSpectrogram",
        policy,
        (160, 1),
        lambda k: k.STFTSpectrogram("log", 32, 16, 32, dtype=policy),
    )


def _head(policy: str) -> Case:
    """Return mixed precision as Keras's guide has it: the last layer in float32."""
    return stack(
        "Dense",
        f"{policy}-float32-head",
        (5,),
        lambda k: [k.Dense(4, "relu", dtype=policy), k.Dense(3, "softmax", dtype="float32")],
    )


def _quantized(k: Any) -> Any:
    """Return layers with 8-bit weights and activations, as `model.quantize` makes them."""
    import keras

    model = keras.Sequential(
        [keras.Input((4, 5)), k.EinsumDense("abc,cd->abd", (None, 6)), k.Dense(3)]
    )
    for layer in model.layers:
        layer.quantize("int8")
    return model.layers


CASES = (
    *(_in(layer, policy) for layer in FAMILIES for policy in POLICIES),
    *(_spectrogram(policy) for policy in ("mixed_float16", "float64")),
    stack("Dense", "quantized", (4, 5), _quantized, covers=("EinsumDense",)),
    _pure("float16"),
    _pure("bfloat16"),
    _head("mixed_float16"),
    _head("mixed_bfloat16"),
    stack("Dense", "float64-input", (5,), lambda k: k.Dense(3, dtype="float64"), takes="float64"),
    stack(
        "GlobalMaxPooling1D",
        "float64",
        (12, 3),
        lambda k: [k.GlobalMaxPooling1D(dtype="float64"), k.Dense(4, "gelu", dtype="float64")],
    ),
    stack("Dense", "float16-input", (5,), lambda k: k.Dense(3, dtype="float16"), takes="float16"),
    stack(
        "Conv2D",
        "float64-input",
        (6, 6, 2),
        lambda k: k.Conv2D(3, 3, dtype="float64"),
        takes="float64",
    ),
    stack(
        "Embedding",
        "mixed_float16",
        (6,),
        lambda k: [k.Embedding(12, 4, dtype="mixed_float16"), k.LSTM(3, dtype="mixed_float16")],
        takes="int32",
    ),
)
MODELS = builders(CASES)
