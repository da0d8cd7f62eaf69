"""Dense layers, embeddings, and layers that change nothing."""

from typing import Any

from studies.layers.case import builders, case, stack


def _doubled(x: Any) -> Any:
    return 2 * x + 1


CASES = (
    case("Dense", "plain", (5,), units=3),
    case("Dense", "no-bias", (5,), units=3, use_bias=False),
    case("Dense", "sequence", (4, 5), units=3, activation="relu"),
    case("Dense", "image", (4, 4, 5), units=3, activation="tanh"),
    case("Dense", "variable-time", (None, 5), units=3),
    case("Dense", "constrained", (5,), units=3, kernel_constraint="max_norm"),
    case("Dense", "regularized", (5,), units=3, kernel_regularizer="l2", activity_regularizer="l1"),
    case("Dense", "lora", (5,), units=3, lora_rank=2),
    stack(
        "Dense",
        "mlp",
        (10,),
        lambda k: [k.Dense(8, "relu"), k.Dense(6, "relu"), k.Dense(3, "softmax")],
    ),
    case("EinsumDense", "plain", (5,), equation="ab,bc->ac", output_shape=3),
    case(
        "EinsumDense", "bias", (4, 5), equation="abc,cd->abd", output_shape=(None, 3), bias_axes="d"
    ),
    case(
        "EinsumDense", "ellipsis", (4, 5), equation="...x,xy->...y", output_shape=3, bias_axes="y"
    ),
    case(
        "EinsumDense",
        "heads",
        (4, 6),
        equation="abc,cde->abde",
        output_shape=(None, 2, 3),
        bias_axes="de",
    ),
    case("EinsumDense", "mixes-time", (4, 5), equation="abc,bd->adc", output_shape=(6, 5)),
    case("Embedding", "int32", (6,), takes="int32", input_dim=12, output_dim=4),
    case("Embedding", "int64", (6,), takes="int64", input_dim=12, output_dim=4),
    case("Embedding", "float-input", (6,), input_dim=12, output_dim=4),
    case("Embedding", "variable-time", (None,), takes="int32", input_dim=12, output_dim=4),
    case("Embedding", "matrix", (3, 4), takes="int32", input_dim=12, output_dim=4),
    case("Embedding", "mask-zero", (6,), takes="int32", input_dim=12, output_dim=4, mask_zero=True),
    stack(
        "Embedding",
        "averaged",
        (6,),
        lambda k: [k.Embedding(12, 4), k.GlobalAveragePooling1D()],
        takes="int32",
    ),
    stack(
        "Embedding",
        "averaged-masked",
        (6,),
        lambda k: [k.Embedding(12, 4, mask_zero=True), k.GlobalAveragePooling1D()],
        takes="int32",
    ),
    case("ReversibleEmbedding", "plain", (6,), takes="int32", input_dim=12, output_dim=4),
    case(
        "ReversibleEmbedding",
        "untied",
        (6,),
        takes="int32",
        input_dim=12,
        output_dim=4,
        tie_weights=False,
    ),
    case("Identity", "plain", (5,)),
    case("Identity", "int32", (5,), takes="int32"),
    case("Lambda", "plain", (5,), function=_doubled),
    case("Masking", "plain", (4, 3)),
    case("Masking", "other-value", (4, 3), mask_value=-1.0),
    case("ActivityRegularization", "plain", (5,), l1=0.1, l2=0.1),
    case("Dropout", "plain", (5,), rate=0.5),
    case("Dropout", "noise-shape", (4, 5), rate=0.5, noise_shape=(None, 1, 5)),
    case("AlphaDropout", "plain", (5,), rate=0.5),
    case("GaussianDropout", "plain", (5,), rate=0.5),
    case("GaussianNoise", "plain", (5,), stddev=0.5),
    case("SpatialDropout1D", "plain", (4, 5), rate=0.5),
    case("SpatialDropout2D", "plain", (4, 4, 5), rate=0.5),
    case("SpatialDropout2D", "channels-first", (5, 4, 4), rate=0.5, data_format="channels_first"),
    case("SpatialDropout3D", "plain", (3, 4, 4, 5), rate=0.5),
)
MODELS = builders(CASES)
