"""A Functional model that is a plain chain, as a Sequential of the same layers."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seqbench.core.errors import InputError

if TYPE_CHECKING:
    import keras

ADVICE = "seqbench measures Sequential models; such a model needs the Functional API"


def chain(model: "keras.Model", place: str) -> "keras.Sequential":
    """Return a Functional model that is a plain chain as a Sequential of the same layers."""
    import keras

    graph = _Graph(model)
    for kind, names in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if len(names) > 1:
            found = ", ".join(map(repr, names))
            raise InputError(
                f"{place}: model has {len(names)} {kind}, expected 1: layers {found}; {ADVICE}"
            )
    chained = graph.chain({layer.name for layer in model.layers}, place)
    if not chained:
        raise InputError(f"{place}: model {model.name!r} has no layers")
    names = [*graph.inputs, *chained]
    stack = keras.Sequential([model.get_layer(name) for name in names], name=model.name)
    stacked = _Graph(stack)
    ids: dict[str, int] = {}
    for name in names:
        if graph.meaning(name, ids) != stacked.meaning(name, ids):
            call = graph.nodes[name]["inbound_nodes"][0]
            given = {key: value for key, value in call["kwargs"].items() if value}
            raise InputError(
                f"{place}: layer {name!r} ({graph.nodes[name]['class_name']}) is called with "
                f"arguments that a stack does not give it: {', '.join(given) or 'positional'}; "
                f"{ADVICE}"
            )
    return stack


class _Graph:
    """The graph of a model as Keras serializes it.

    Attributes:
        nodes: the config of each layer and operation, by name.
        inputs: the names of the input layers.
        outputs: the names of the layers whose outputs are the model's.

    """

    def __init__(self, model: "keras.Model") -> None:
        import keras

        config = keras.Model(model.inputs, model.outputs).get_config()
        self.nodes: dict[str, dict[str, Any]] = {node["name"]: node for node in config["layers"]}
        self.inputs: list[str] = [tensor[0] for tensor in config["input_layers"]]
        self.outputs: list[str] = [tensor[0] for tensor in config["output_layers"]]
        self._meanings: dict[str, int] = {}

    def chain(self, layers: set[str], place: str) -> list[str]:
        """Return the chain after the input, in order; each must be fed by the one before.

        `layers` are the names of what is a layer: a graph holds plain operations too.
        """
        names: list[str] = []
        name = self.outputs[0]
        while name != self.inputs[0]:
            node = self.nodes[name]
            what = f"{name!r} ({node['class_name']})"
            calls = node["inbound_nodes"]
            if len(calls) > 1:
                found = f"layer {what} is shared: it is called {len(calls)} times"
                raise InputError(f"{place}: {found}; {ADVICE}")
            fed_by = list(_feeders(calls[0]["args"]))
            if len(fed_by) > 1:
                found = f"it has branches: {what} merges {' and '.join(map(repr, fed_by))}"
                raise InputError(f"{place}: {found}; {ADVICE}")
            if name not in layers:
                found = f"{what} is an operation on a tensor, not a layer"
                raise InputError(
                    f"{place}: {found}; use a layer for it (keras.layers.Rescaling, "
                    "Activation, Reshape ...)"
                )
            names.insert(0, name)
            name = fed_by[0]
        return names

    def meaning(self, name: str, ids: dict[str, int]) -> int:
        """Return a number that is equal for what computes the same from the same layers.

        Layers count by name, the operations that Keras adds to pass masks on by what they do.
        """
        if name not in self._meanings:
            node = self.nodes[name]
            itself: Any = name
            if node["module"].startswith("keras.src.ops"):
                itself = [node["class_name"], {**node["config"], "name": None}]
            calls = [self._argument(call, ids) for call in node["inbound_nodes"]]
            text = json.dumps([itself, calls], sort_keys=True, default=str)
            self._meanings[name] = ids.setdefault(text, len(ids))
        return self._meanings[name]

    def _argument(self, value: Any, ids: dict[str, int]) -> Any:
        """Return a call's argument with each tensor as the meaning of what makes it."""
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            return self.meaning(value["config"]["keras_history"][0], ids)
        if isinstance(value, dict):
            given = {
                key: item for key, item in value.items() if item is not None and item is not False
            }
            return {key: self._argument(item, ids) for key, item in given.items()}
        if isinstance(value, list | tuple):
            return [self._argument(item, ids) for item in value]
        return value


def _feeders(value: Any) -> Iterator[str]:
    """Yield the names of the layers whose tensors are within `value`."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield value["config"]["keras_history"][0]
    elif isinstance(value, dict):
        for item in value.values():
            yield from _feeders(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _feeders(item)
