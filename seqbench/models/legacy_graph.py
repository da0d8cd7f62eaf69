"""The graph of a Functional model of Keras 2, as Keras 3 counts and names what is in it."""

from typing import Any

from seqbench.models import legacy_operations

MODELS = ("Functional", "Model", "Sequential")
"""Classes of models, which hold layers."""


def mend_graph(config: dict[str, Any]) -> None:
    """Say which tensors a Functional model's layers are called with, in place.

    Args:
        config: the model's config, with `layers`, `input_layers` and `output_layers`.

    """
    for key in ("input_layers", "output_layers"):
        match config.get(key):
            case [[str(), *_] as only]:  # a list of one would make lists of all that flows
                config[key] = only
    _rename(config)
    kinds = {layer["name"]: layer["class_name"] for layer in config["layers"]}
    for layer in config["layers"]:
        if layer["class_name"] == legacy_operations.CLASS:
            legacy_operations.replace(layer, kinds)
        _count_from_zero(layer["inbound_nodes"], kinds)
    if kinds.get(config["output_layers"][0]) == "Sequential":
        config["output_layers"][1] -= 1


def _count_from_zero(calls: list[Any], kinds: dict[str, str]) -> None:
    """Count the calls of inner models from 0.

    Keras 2 counts an inner model's own graph as its first call; Keras 3 does so for the outputs of
    Functional models alone.
    """
    for call in calls:
        for tensor in call if isinstance(call, list) else ():
            if isinstance(tensor, list) and kinds.get(tensor[0]) in MODELS:
                tensor[1] -= 1


def _rename(config: dict[str, Any]) -> None:
    """Give layers names without slashes, which Keras 3 does not take."""
    slashed = {layer["name"] for layer in config["layers"] if "/" in layer["name"]}
    if not slashed:
        return
    for key in ("input_layers", "output_layers"):
        config[key] = _renamed(config[key], slashed)
    for layer in config["layers"]:
        layer["name"] = _renamed(layer["name"], slashed)
        layer["inbound_nodes"] = _renamed(layer["inbound_nodes"], slashed)


def _renamed(value: Any, slashed: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(item, slashed) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, slashed) for item in value]
    return value.replace("/", "_") if isinstance(value, str) and value in slashed else value
