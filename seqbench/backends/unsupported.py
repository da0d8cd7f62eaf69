"""What a framework cannot do, named by layer and operation."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from seqbench.backends import current_backend
from seqbench.core.errors import Unsupported, one_line

if TYPE_CHECKING:
    import keras


@contextmanager
def name_unsupported(model_name: str) -> Iterator[None]:
    """Turn what the framework says it cannot do into `Unsupported`, with layer and operation.

    Raises:
        Unsupported: work inside asked for something that the framework lacks.

    """
    import keras

    backend = current_backend()
    keras.config.disable_traceback_filtering()  # the frames that are hidden tell the layer
    try:
        yield
    except Exception as error:
        if not backend.lacks(error):
            raise
        layer, operation = _place(error)
        place = f"layer {layer.name!r} ({type(layer).__name__})" if layer else model_name
        what = f"{place}: Keras on {backend.NAME} cannot do {operation}: {one_line(error)}"
        raise Unsupported(what) from error


def _place(error: Exception) -> "tuple[keras.Layer | None, str]":
    """Return the innermost layer that an exception came through, and the last operation."""
    import keras

    layer, operation = None, "this"
    for frame, _ in traceback.walk_tb(error.__traceback__):
        owner = frame.f_locals.get("self")
        if isinstance(owner, keras.Layer) and not isinstance(owner, keras.Model):
            layer = owner
        if frame.f_globals.get("__name__", "").startswith(("keras.src.backend", "keras.src.ops")):
            operation = frame.f_code.co_name
    return layer, operation
