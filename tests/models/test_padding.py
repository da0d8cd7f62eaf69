from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as k

from seqbench.models.padding import real_share

ONES: dict[str, Any] = {"kernel_initializer": "ones", "use_bias": False}


@pytest.mark.parametrize(
    ("shape", "layer"),
    [
        ((8, 8, 1), k.Conv2D(1, 3, padding="same", **ONES)),
        ((8, 8, 1), k.Conv2D(1, 3, **ONES)),
        ((7, 10, 1), k.Conv2D(1, (5, 2), strides=(2, 3), padding="same", **ONES)),
        ((9, 6, 1), k.Conv2D(1, 3, dilation_rate=2, padding="same", **ONES)),
        ((12, 1), k.Conv1D(1, 4, padding="causal", dilation_rate=2, **ONES)),
        ((12, 1), k.Conv1D(1, 4, strides=3, padding="causal", **ONES)),
        ((4, 5, 6, 1), k.Conv3D(1, 3, padding="same", **ONES)),
        (
            (7, 7, 1),
            k.DepthwiseConv2D(3, padding="same", depthwise_initializer="ones", use_bias=False),
        ),
        ((5, 6, 1), k.Conv2DTranspose(1, 3, strides=2, padding="same", **ONES)),
        ((5, 1), k.Conv1DTranspose(1, 4, padding="same", **ONES)),
        ((5, 1), k.Conv1DTranspose(1, 4, strides=2, **ONES)),
    ],
)
def test_the_share_is_of_products_with_ones(shape: tuple[int, ...], layer: Any) -> None:
    """A kernel of ones counts, in each place, the ones of its input."""
    model = keras.Sequential([keras.Input(shape), layer])
    output = model(np.ones((1, *shape), np.float32)).numpy()
    places = np.prod(shape) if type(layer).__name__.endswith("Transpose") else output.size
    expected = output.sum() / (places * np.prod(layer.kernel_size))
    assert real_share(layer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("shape", "padding", "layer"),
    [
        ((6, 8, 1), k.ZeroPadding2D(((0, 1), (2, 3))), k.Conv2D(1, 3, strides=2, **ONES)),
        ((6, 1), k.ZeroPadding1D((2, 1)), k.Conv1D(1, 3, padding="same", **ONES)),
    ],
)
def test_zeros_of_the_layer_before_count_too(
    shape: tuple[int, ...], padding: Any, layer: Any
) -> None:
    model = keras.Sequential([keras.Input(shape), padding, layer])
    output = model(np.ones((1, *shape), np.float32)).numpy()
    share = output.sum() / (output.size * np.prod(layer.kernel_size))
    assert real_share(layer, padding) == pytest.approx(share)
    assert real_share(layer) > share
    assert real_share(model) == pytest.approx(share)


def test_layers_within_layers_are_looked_at() -> None:
    frames = k.TimeDistributed(k.Conv2D(4, 3, padding="same"))
    film = k.ConvLSTM2D(2, 3, padding="valid")
    keras.Sequential([keras.Input((3, 8, 8, 2)), frames, film])
    assert real_share(frames) == pytest.approx((22 / 24) ** 2)
    assert real_share(film) == pytest.approx((16 / 18) ** 2)  # its state is padded all the same


def test_a_masked_layer_has_two_inputs() -> None:
    words, each = k.LSTM(3), k.TimeDistributed(k.Conv1D(2, 3, padding="same"))
    keras.Sequential([keras.Input((6, 2)), k.Masking(), words])
    keras.Sequential([keras.Input((4, 6, 2)), k.Masking(), each])
    assert real_share(words) == 1
    assert real_share(each) == pytest.approx(16 / 18)


def test_a_layer_without_a_kernel_has_no_padding() -> None:
    dense = k.Dense(3)
    keras.Sequential([keras.Input((4,)), dense, k.Flatten()])
    assert real_share(dense) == 1
