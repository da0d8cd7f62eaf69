"""Layers that normalize by statistics of the batch, the row or the weights."""

from typing import Any

from studies.layers.case import Case, builders, case, stack


def _spectral(tag: str, shape: tuple[int, ...], make: Any, **config: Any) -> Case:
    return stack(
        "SpectralNormalization", tag, shape, lambda k: k.SpectralNormalization(make(k), **config)
    )


IMAGE = (4, 5, 6)

CASES = (
    case("BatchNormalization", "vector", (5,)),
    case("BatchNormalization", "image", IMAGE),
    case("BatchNormalization", "axis1", IMAGE, axis=1),
    case("BatchNormalization", "no-scale", IMAGE, scale=False),
    case("BatchNormalization", "no-center", IMAGE, center=False),
    case("BatchNormalization", "neither", (5,), scale=False, center=False),
    case("BatchNormalization", "epsilon", (5,), epsilon=0.1),
    case("BatchNormalization", "sequence", (4, 5)),
    case("BatchNormalization", "volume", (3, 4, 4, 2)),
    case("BatchNormalization", "variable", (None, None, 3)),
    case("BatchNormalization", "renorm", IMAGE, renorm=True),
    stack("BatchNormalization", "masked", (4, 3), lambda k: [k.Masking(), k.BatchNormalization()]),
    stack(
        "BatchNormalization",
        "after-dense",
        (5,),
        lambda k: [k.Dense(4), k.BatchNormalization(), k.ReLU()],
    ),
    case("LayerNormalization", "vector", (5,)),
    case("LayerNormalization", "sequence", (4, 5)),
    case("LayerNormalization", "axis1", (4, 5), axis=1),
    case("LayerNormalization", "two-axes", IMAGE, axis=(1, 2)),
    case("LayerNormalization", "all-axes", IMAGE, axis=(1, 2, 3)),
    case("LayerNormalization", "no-scale", (4, 5), scale=False, center=False),
    case("LayerNormalization", "variable", (None, 5)),
    case("GroupNormalization", "image", IMAGE, groups=2),
    case("GroupNormalization", "instance", IMAGE, groups=-1),
    case("GroupNormalization", "layer", IMAGE, groups=1),
    case("GroupNormalization", "axis1", (6, 4, 5), groups=3, axis=1),
    case("GroupNormalization", "vector", (6,), groups=3),
    case("GroupNormalization", "no-scale", (4, 6), groups=3, scale=False, center=False),
    case("GroupNormalization", "variable", (None, None, 6), groups=2),
    case("RMSNormalization", "vector", (5,)),
    case("RMSNormalization", "sequence", (4, 5)),
    case("UnitNormalization", "vector", (5,)),
    case("UnitNormalization", "axis1", (4, 5), axis=1),
    case("UnitNormalization", "two-axes", IMAGE, axis=(1, 2)),
    _spectral("dense", (5,), lambda k: k.Dense(4)),
    _spectral("conv2d", IMAGE, lambda k: k.Conv2D(4, 3)),
    _spectral("power3", IMAGE, lambda k: k.Conv2D(4, 3), power_iterations=3),
    stack(
        "SpectralNormalization",
        "embedding",
        (4,),
        lambda k: k.SpectralNormalization(k.Embedding(12, 3)),
        takes="int32",
    ),
)
MODELS = builders(CASES)
