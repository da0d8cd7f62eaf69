"""Keras 1's configs in Keras 2's words.

The words are those of `keras/legacy/interfaces.py` in Keras 2.2.4, which still took them, and of
the layers' `get_config` in Keras 1.2.2.
"""

from typing import Any

from seqbench.core.errors import InputError

_CLASSES = {
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "TimeDistributedDense": "Dense",
}

_KEYWORDS = {
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "inner_activation": "recurrent_activation",
    "length": "size",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}

_KERNEL_SIZES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))

_FOR_TRAINING = {"consume_less", "forget_bias_init", "init", "inner_init", "input_dtype"}
_FOR_TRAINING_ENDS = ("_constraint", "_regularizer")
"""Keywords that do not change what a trained layer computes: dropped with any value."""

_OF_IMAGES = ("Cropping", "SpatialDropout", "UpSampling", "ZeroPadding")
"""Layers that took the order of dimensions from the user's settings, and did not save it."""

_ORDERS = {"tf": "channels_last", "th": "channels_first"}


def translate(layers: list[dict[str, Any]], place: str) -> None:
    """Give layers the names that Keras 2 has for their classes and keywords, in place.

    Args:
        layers: the configs of all layers of a model, those within others too.
        place: the file and its version, for messages.

    Raises:
        InputError: a layer is of a kind that no later Keras computes.

    """
    orders = {layer["config"].get("dim_ordering") for layer in layers} & _ORDERS.keys()
    order = orders.pop() if len(orders) == 1 else None
    for layer in layers:
        _translate(layer, place, order)


def _translate(layer: dict[str, Any], place: str, order: str | None) -> None:
    kind, config = layer["class_name"], layer["config"]
    mode = config.pop("mode", 0) if kind == "BatchNormalization" else 0
    if mode != 0:
        raise InputError(
            f"{place}: layer {config.get('name')!r} (BatchNormalization) has mode={mode}, which no "
            "later Keras has; build the model in Keras 3 so that it computes the same, save that"
        )
    layer["class_name"] = _CLASSES.get(kind, kind)
    if kind.startswith(_OF_IMAGES) and kind.endswith(("2D", "3D")):
        config.setdefault("dim_ordering", order)
    for names in _KERNEL_SIZES:
        if names[0] in config:
            config["kernel_size"] = [config.pop(name) for name in names]
    config.pop("dropout" if kind == "Embedding" else "input_dim", None)
    _rename(config, {"output_dim"} if kind == "Embedding" else set())
    if kind.startswith("ZeroPadding"):
        two = kind.endswith("2D")
        config["padding"] = _padding(config.get("padding", 1), two_dimensions=two)


def _rename(config: dict[str, Any], kept: set[str]) -> None:
    for key in config.keys() - kept:
        if key in _FOR_TRAINING or key.endswith(_FOR_TRAINING_ENDS):
            del config[key]
        elif key in _KEYWORDS:
            config[_KEYWORDS[key]] = config.pop(key)
    if "data_format" in config:
        config["data_format"] = _ORDERS.get(config["data_format"], config["data_format"])


def _padding(value: Any, *, two_dimensions: bool) -> Any:
    """Return a padding as pairs of before and after where Keras 1 has it in a flat list or dict."""
    if isinstance(value, dict):
        sides = ("top_pad", "bottom_pad", "left_pad", "right_pad")
        value = [value.get(side, 0) for side in (sides if two_dimensions else sides[2:])]
    if isinstance(value, list) and len(value) == 4:
        return [value[:2], value[2:]]
    return value
