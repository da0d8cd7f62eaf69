"""TensorFlow's operations in Functional models of Keras 2 as the layers that compute the same.

Keras 2 wrote `x / 127.5` as a layer of class TFOpLambda, which Keras 3 does not have. What is not
in the tables stays such a layer, and is refused by that name.
"""

from collections.abc import Callable, Container
from typing import Any

CLASS = "TFOpLambda"

_BY_NUMBER: dict[str, Callable[[float], tuple[float, float]]] = {
    "__operators__.add": lambda y: (1.0, y),
    "__operators__.mul": lambda y: (y, 0.0),
    "__operators__.sub": lambda y: (1.0, -y),
    "__operators__.truediv": lambda y: (1.0 / y, 0.0),
    "math.add": lambda y: (1.0, y),
    "math.divide": lambda y: (1.0 / y, 0.0),
    "math.multiply": lambda y: (y, 0.0),
    "math.subtract": lambda y: (1.0, -y),
    "math.truediv": lambda y: (1.0 / y, 0.0),
}
"""The scale and offset of an operation with a number."""

_OF_TENSORS = {
    "__operators__.add": "Add",
    "__operators__.mul": "Multiply",
    "__operators__.sub": "Subtract",
    "math.add": "Add",
    "math.multiply": "Multiply",
    "math.subtract": "Subtract",
}

_ACTIVATIONS = {
    "math.sigmoid": "sigmoid",
    "math.tanh": "tanh",
    "nn.relu": "relu",
    "nn.relu6": "relu6",
    "nn.sigmoid": "sigmoid",
    "nn.silu": "silu",
    "nn.softmax": "softmax",
    "nn.swish": "silu",
    "nn.tanh": "tanh",
}


def replace(layer: dict[str, Any], names: Container[str]) -> None:
    """Make a layer of Keras of an operation that is called once, in place, where there is one.

    Args:
        layer: the operation's config.
        names: those of the graph's layers; in the place of a number stands another.

    """
    match layer.get("inbound_nodes"):
        case [[str(name), int(node), int(tensor), dict(arguments)]] if name in names:
            first = [name, node, tensor, {}]
        case _:
            return
    arguments = {key: value for key, value in arguments.items() if value is not None}
    function, dtype = layer["config"].get("function"), layer["config"].get("dtype")
    match arguments:
        case {"y": int() | float() as y, **rest} if not rest and function in _BY_NUMBER and y != 0:
            scale, offset = _BY_NUMBER[function](y)
            _become(layer, "Rescaling", [first], scale=scale, offset=offset)
        case {"y": [str(), int(), int()] as other, **rest} if not rest and function in _OF_TENSORS:
            _become(layer, _OF_TENSORS[function], [first, [*other, {}]])
        case {"dtype": str() as target, **rest} if not rest and function == "cast":
            if target == dtype:
                _become(layer, "Activation", [first], activation="linear")
        case {} if not arguments and function in _ACTIVATIONS:
            _become(layer, "Activation", [first], activation=_ACTIVATIONS[function])


def _become(layer: dict[str, Any], kind: str, tensors: list[Any], **more: Any) -> None:
    kept = {key: layer["config"][key] for key in ("name", "trainable", "dtype")}
    layer |= {"class_name": kind, "config": kept | more, "inbound_nodes": [tensors]}
    if "module" in layer:
        layer |= {"module": "keras.layers", "registered_name": None}
