"""Sequential -> one frozen inference graph, the one source of every export."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from seqbench.backends.patches.registry import EXPORTABLE, Table, in_place
from seqbench.models.attributes import override
from seqbench.models.stateless import start_from_zero_state
from seqbench.runtimes.session import Tensor
from seqbench.runtimes.tensorflow import describe_tensor

if TYPE_CHECKING:
    import keras

INPUT = "input"
"""Name of the input in every format."""

OUTPUT = "output"
"""Name of the output in every format."""


@dataclass(frozen=True, kw_only=True, eq=False)  # no slots: it keeps what it has frozen
class Frozen:
    """A model's inference graph with its weights as constants and functional control flow.

    Attributes:
        traces: the model's graphs, of which this is one.
        traced: the `tf.ConcreteFunction` before freezing, variables and all.
        changed: the frozen `tf.ConcreteFunction` where it is another than that of `traced`.
        input: its input; the batch is None where it is free.
        output: its output.

    """

    traces: "Traces"
    traced: Any
    input: Tensor
    output: Tensor
    changed: Any = None

    @cached_property
    def function(self) -> Any:
        """The frozen `tf.ConcreteFunction`: one input, one output, no variables.

        It is made when first needed: nine times the size of the weights in memory.
        """
        from tensorflow.python.framework.convert_to_constants import (
            convert_variables_to_constants_v2,
        )

        if self.changed is not None:
            return self.changed
        return convert_variables_to_constants_v2(self.traced, lower_control_flow=False)

    @cached_property
    def traced_ops(self) -> frozenset[str]:
        """The names of all operations before freezing, those in loop bodies included."""
        return frozenset(node.op for node in nodes(self.traced.graph.as_graph_def()))

    @property
    def model(self) -> "keras.Sequential":
        """The model that it was made from."""
        return self.traces.model

    @property
    def ops(self) -> frozenset[str]:
        """The names of all operations, those in loop bodies included."""
        return frozenset(node.op for node in nodes(self.function.graph.as_graph_def()))

    @property
    def has_lists(self) -> bool:
        """Whether the graph holds lists of tensors, as Keras's recurrent layers do."""
        return "TensorListReserve" in self.traced_ops


class Traces:
    """The graphs of a model, each traced once, whatever weights the model is given in between.

    Args:
        model: a built model of one input and one output; it stays as it was.

    """

    def __init__(self, model: "keras.Sequential") -> None:
        self.model = model
        self._traced: dict[tuple[int | None, int], tuple[Table, Any]] = {}
        self._anew = not _computes_with_variables(model)

    def freeze(self, batch_size: int | None = None, patches: Table = EXPORTABLE) -> Frozen:
        """Trace `model(x, training=False)` and turn its variables into constants.

        Args:
            batch_size: None for a batch of any size.
            patches: what replaces functions of Keras while the model is traced.

        """
        key = (batch_size, id(patches))
        if self._anew or key not in self._traced:
            self._traced[key] = (patches, self._trace(batch_size, patches))
        _, traced = self._traced[key]
        return Frozen(
            traces=self,
            traced=traced,
            input=describe_tensor(INPUT, traced.inputs[0]),
            output=describe_tensor(OUTPUT, traced.outputs[0]),
        )

    def _trace(self, batch_size: int | None, patches: Table) -> Any:
        import tensorflow as tf

        model, tensor = self.model, self.model.inputs[0]
        spec = tf.TensorSpec((batch_size, *tensor.shape[1:]), tensor.dtype, name=INPUT)
        # A new function each time: tf.function would answer a fixed batch with a free one's trace.
        function = tf.function(lambda x: model(x, training=False), autograph=False)
        with in_place(patches), start_from_zero_state(model), _without_dropout(model):
            return function.get_concrete_function(spec)


def freeze(model: "keras.Sequential") -> Frozen:
    """Return the inference graph of a model with the weights that it has, for any batch."""
    return Traces(model).freeze()


def _computes_with_variables(model: "keras.Sequential") -> bool:
    """Whether all weights are variables of the graph when a model is traced.

    Some layers of Keras compute with copies, which `finalize_state` renews; a user's own might.
    """
    return all(
        type(layer).__module__.startswith("keras.") and not hasattr(layer, "finalize_state")
        for layer in model._flatten_layers()
    )


def nodes(graph_def: Any) -> Iterator[Any]:
    """Yield every node of a GraphDef, those of its function library included."""
    yield from graph_def.node
    for function in graph_def.library.function:
        yield from function.node_def


def lookup_tables(model: "keras.Sequential") -> list[Any]:
    """Return the tables of words that a model's layers look up in."""
    import tensorflow as tf

    return [
        value
        for layer in model._flatten_layers()
        for value in vars(layer).values()
        if isinstance(value, tf.lookup.StaticHashTable)
    ]


def _without_dropout(model: "keras.Sequential") -> AbstractContextManager[None]:
    """Keep the random state of dropout in recurrent cells out of the graph.

    Keras draws the masks even where inference does not use them, and a graph that changes a
    variable cannot be frozen. (`keras.src.layers.rnn.rnn.RNN._maybe_config_dropout_masks`)
    """
    cells = [
        layer
        for layer in model._flatten_layers()  # the only walk that reaches cells
        if hasattr(layer, "get_recurrent_dropout_mask")
    ]
    return override(cells, dropout=0.0, recurrent_dropout=0.0)
