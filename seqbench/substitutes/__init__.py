"""Keras operations said in operations that every format has, in place while a model is traced.

A substitute takes the original and then its arguments. It is arithmetic on the same values, one
file each with its source; the verdict on every export holds it to the model.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

from seqbench.substitutes import channels_first, grouped_conv, silu, softplus

Table = dict[str, tuple[Callable[..., Any], ...]]
"""Substitutes by what they replace in Keras's TensorFlow backend, the outermost last."""

RUNNABLE: Table = {
    "nn.conv": (channels_first.same_layout,),
    "nn.depthwise_conv": (channels_first.same_layout,),
    "nn.separable_conv": (channels_first.same_layout,),
    "nn.conv_transpose": (channels_first.same_layout,),
}
"""What TensorFlow cannot run on a CPU at all: in place wherever a model runs there."""

EXPORTABLE: Table = {
    "nn.conv": (grouped_conv.conv, channels_first.same_layout),
    "nn.silu": (silu.silu,),
    "nn.softplus": (softplus.softplus,),
    "nn.log_sigmoid": (softplus.log_sigmoid,),
}
"""What some format cannot express: in place only while a model is traced for export."""


@contextmanager
def in_place(table: Table) -> Iterator[None]:
    """Put substitutes in the place of Keras's own operations, and these back at the end."""
    before: list[tuple[Any, str, Any]] = []
    for place, substitutes in table.items():
        module_name, name = place.rsplit(".", 1)
        module = import_module(f"keras.src.backend.tensorflow.{module_name}")
        found = getattr(module, name)
        before.append((module, name, found))
        for substitute in substitutes:
            found = _named(substitute, found)
        setattr(module, name, found)
    try:
        yield
    finally:
        for module, name, found in reversed(before):
            setattr(module, name, found)


def _named(substitute: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Call the substitute with every argument under its name, however the caller gave it."""
    signature = inspect.signature(original)

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        return substitute(original, **given.arguments)

    return call
