"""A Keras model on JAX as pure functions: its inference, its training step, and one layer of it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seqbench.backends.backend import training_state
from seqbench.core.errors import Unsupported
from seqbench.core.scenario import Data, Training
from seqbench.measurement.training import compile_for_training
from seqbench.models.attributes import override

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A function to compile.

    Attributes:
        function: makes the function, a new one each time: JAX keeps the trace of one it knows.
        arguments: what the function takes: trees of `jax.ShapeDtypeStruct`.
        donated: positions of the arguments whose memory the results may take.
        moved_bytes: what at least goes through the memory in a call: arguments that are read
            whole, and results.

    """

    function: Callable[[], Callable[..., Any]]
    arguments: tuple[Any, ...]
    donated: tuple[int, ...]
    moved_bytes: int


def inference(model: "keras.Sequential", batch_size: int, data: Data | None) -> Program:
    """Return `model(x, training=False)` as a function of variables and one batch.

    Of an embedding's table only the rows that are asked for need be read.

    Raises:
        Unsupported: XLA has no such input, or its shape is not known.

    """
    import keras

    x = _batch(model, batch_size, data)
    weights = _shapes(model.trainable_variables), _shapes(model.non_trainable_variables)

    def function() -> Callable[..., Any]:
        def infer(trainable: Any, others: Any, x: Any) -> Any:
            return model.stateless_call(trainable, others, x, training=False)[0]

        return infer

    tables = [
        variable
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.Embedding)
        for variable in layer.variables
    ]
    arguments = (*weights, x)
    return Program(
        function=function,
        arguments=arguments,
        donated=(),
        moved_bytes=_bytes(arguments)
        - _bytes(_shapes(tables))
        + _output_bytes(function, arguments),
    )


def training_step(model: "keras.Sequential", training: Training, data: Data) -> Program:
    """Return Keras's own `train_step`: forward, loss, gradients, and the optimizer's update.

    The model is compiled with the loss and the optimizer of `training`, which this changes.

    Raises:
        Unsupported: XLA has no such input, or its shape is not known.

    """
    compile_for_training(model, training)
    size, labels = min(training.batch_size, len(data.x_train)), data.train_labels
    batch = _batch(model, size, data), _shape((size, *labels.shape[1:]), labels.dtype)
    state = tuple(map(_shapes, training_state(model)))

    def function() -> Callable[..., Any]:
        def step(state: Any, batch: Any) -> Any:
            logs, state = model.train_step(state, batch)
            return logs, state

        return step

    unchanged = _bytes(state[1])  # what is not trained may stay where it is
    arguments = (state, batch)
    return Program(
        function=function,
        arguments=arguments,
        donated=(0,),
        moved_bytes=_bytes(arguments) + _output_bytes(function, arguments) - unchanged,
    )


def single_layer(layer: "keras.Layer", batch_size: int, *, differentiated: bool) -> Program | None:
    """Return one layer's function, or its gradient; None where its input's shape is not known."""
    import jax

    given = layer.input.shape[1:]
    if None in given:
        return None
    x = _shape((batch_size, *given), layer.input.dtype)
    weights = _shapes(layer.trainable_variables), _shapes(layer.non_trainable_variables)

    def function() -> Callable[..., Any]:
        def call(trainable: Any, others: Any, x: Any) -> Any:
            return layer.stateless_call(trainable, others, x)[0]

        def total(*arguments: Any) -> Any:
            return call(*arguments).sum()

        return jax.grad(total) if differentiated and layer.trainable_variables else call

    return Program(function=function, arguments=(*weights, x), donated=(), moved_bytes=0)


def unrolled(model: "keras.Sequential") -> AbstractContextManager[None]:
    """Write the recurrent layers of what is traced meanwhile out step by step, without a loop."""
    loops = [layer for layer in model._flatten_layers() if getattr(layer, "unroll", None) is False]
    return override(loops, unroll=True)


def _batch(model: "keras.Sequential", batch_size: int, data: Data | None) -> Any:
    """Return the shape of one batch; sizes that the model leaves free are its data's."""
    source = model.inputs[0]
    shape = tuple(source.shape[1:])
    if None in shape and data is not None:
        shape = data.x_train.shape[1:]
    if None in shape:
        raise Unsupported(
            f"the input's shape {shape} has free sizes: XLA compiles for fixed ones, and the model "
            "came without data to take them from"
        )
    return _shape((batch_size, *shape), source.dtype)


def _shape(shape: tuple[int, ...], dtype: Any) -> Any:
    import jax

    name = str(dtype)
    if name.startswith(("string", "<U", "object")):
        raise Unsupported("the input is text, and XLA has no strings")
    return jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(name))


def _shapes(variables: Sequence[Any]) -> list[Any]:
    return [_shape(tuple(variable.shape), variable.dtype) for variable in variables]


def _output_bytes(function: Callable[[], Callable[..., Any]], arguments: Any) -> int:
    import jax

    return _bytes(jax.eval_shape(function(), *arguments))


def _bytes(tree: Any) -> int:
    import jax

    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))
