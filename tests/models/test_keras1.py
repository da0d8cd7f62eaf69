"""Keras 1's configs are said in Keras 2's words, and none of their meaning is lost."""

from typing import Any

import pytest

from seqbench.core.errors import InputError
from seqbench.models.keras1 import translate


def translated(kind: str, **config: Any) -> tuple[str, dict[str, Any]]:
    layer = {"class_name": kind, "config": dict(config)}
    translate([layer], "file")
    return layer["class_name"], layer["config"]  # type: ignore[return-value] # as it was put in


@pytest.mark.parametrize(
    ("kind", "old", "now", "new"),
    [
        ("Dropout", {"p": 0.2}, "Dropout", {"rate": 0.2}),
        ("GaussianNoise", {"sigma": 0.1}, "GaussianNoise", {"stddev": 0.1}),
        (
            "Dense",
            {"output_dim": 2, "input_dim": 4, "bias": False, "init": "uniform"},
            "Dense",
            {"units": 2, "use_bias": False},
        ),
        (
            "Dense",
            {"W_regularizer": {"name": "L1L2Regularizer"}, "b_constraint": {"name": "NonNeg"}},
            "Dense",
            {},
        ),
        ("TimeDistributedDense", {"output_dim": 2}, "Dense", {"units": 2}),
        (
            "Embedding",
            {"input_dim": 9, "output_dim": 3, "dropout": 0.2},
            "Embedding",
            {"input_dim": 9, "output_dim": 3},
        ),
        (
            "AtrousConvolution2D",
            {"nb_filter": 2, "nb_row": 3, "nb_col": 4, "atrous_rate": [2, 1], "dim_ordering": "tf"},
            "Conv2D",
            {
                "filters": 2,
                "kernel_size": [3, 4],
                "dilation_rate": [2, 1],
                "data_format": "channels_last",
            },
        ),
        (
            "Convolution3D",
            {"kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3, "subsample": [1, 1, 1]},
            "Conv3D",
            {"kernel_size": [1, 2, 3], "strides": [1, 1, 1]},
        ),
        (
            "MaxPooling1D",
            {"pool_length": 2, "stride": 3, "border_mode": "same"},
            "MaxPooling1D",
            {"pool_size": 2, "strides": 3, "padding": "same"},
        ),
        (
            "LSTM",
            {
                "inner_activation": "sigmoid",
                "dropout_W": 0.1,
                "dropout_U": 0.2,
                "consume_less": "m",
            },
            "LSTM",
            {"recurrent_activation": "sigmoid", "dropout": 0.1, "recurrent_dropout": 0.2},
        ),
        ("UpSampling1D", {"length": 2}, "UpSampling1D", {"size": 2}),
        ("ZeroPadding1D", {"padding": {"right_pad": 2}}, "ZeroPadding1D", {"padding": [0, 2]}),
        ("BatchNormalization", {"mode": 0, "axis": 1}, "BatchNormalization", {"axis": 1}),
    ],
)
def test_words(kind: str, old: dict[str, Any], now: str, new: dict[str, Any]) -> None:
    assert translated(kind, **old) == (now, new)


@pytest.mark.parametrize(
    "padding", [[1, 2, 3, 4], {"top_pad": 1, "bottom_pad": 2, "left_pad": 3, "right_pad": 4}]
)
def test_four_paddings(padding: Any) -> None:
    _, config = translated("ZeroPadding2D", padding=padding)
    assert config["padding"] == [[1, 2], [3, 4]]


def test_layers_that_did_not_save_the_order_of_dimensions_have_the_others() -> None:
    layers: list[dict[str, Any]] = [
        {"class_name": "Convolution2D", "config": {"dim_ordering": "th"}},
        {"class_name": "UpSampling2D", "config": {}},
        {"class_name": "ZeroPadding1D", "config": {"padding": 1}},
    ]
    translate(layers, "file")
    found = [layer["config"].get("data_format") for layer in layers]
    assert found == ["channels_first", "channels_first", None]


def test_what_no_later_keras_computes_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        translated("BatchNormalization", name="norm", mode=2)
    assert str(caught.value) == (
        "file: layer 'norm' (BatchNormalization) has mode=2, which no later Keras has; build the "
        "model in Keras 3 so that it computes the same, save that"
    )
