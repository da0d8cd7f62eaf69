"""A transposed 3-D convolution as a sum of 2-D ones."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqbench.backends import patches
from seqbench.targets.frozen import freeze

CONFIGS: list[dict[str, Any]] = [
    {"kernel_size": 3},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": (2, 3, 1), "strides": (3, 1, 2)},
    {"kernel_size": (4, 3, 2), "strides": (2, 1, 2), "padding": "same"},
    {"kernel_size": 1, "strides": 2, "padding": "same"},
    {"kernel_size": (5, 3, 3), "strides": 2, "padding": "same"},
    {"kernel_size": 3, "strides": 2, "output_padding": 1},
    {"kernel_size": 3, "strides": 2, "output_padding": 1, "padding": "same"},
    {"kernel_size": 4, "strides": (3, 2, 2), "output_padding": (2, 1, 1), "padding": "same"},
]


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (None, None, None, 2)], ids=["fixed", "open"])
@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_it_is_the_layer(config: dict[str, Any], shape: tuple[int | None, ...]) -> None:
    layer = keras.layers.Conv3DTranspose(3, bias_initializer="normal", **config)
    model = keras.Sequential([keras.Input(shape), layer])
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5, 2)).astype(np.float32)
    frozen = freeze(model, substitutes=patches.TFJS)
    assert "Conv3DBackpropInputV2" not in frozen.ops
    got = frozen.function(tf.constant(x))[0]
    want = model(x)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_the_other_formats_keep_the_operation() -> None:
    model = keras.Sequential([keras.Input((3, 4, 5, 2)), keras.layers.Conv3DTranspose(3, 3)])
    assert "Conv3DBackpropInputV2" in freeze(model).ops
