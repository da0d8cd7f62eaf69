"""silu(x) = x * sigmoid(x), without the custom gradient that `tf.nn.silu` takes along.

A SavedModel cannot keep that gradient of a frozen graph. Source: Elfwing, Uchibe and Doya 2018.
"""

from collections.abc import Callable
from typing import Any


def silu(original: Callable[..., Any], x: Any) -> Any:  # noqa: ARG001 - replaced whole
    """Return silu of a tensor of any shape."""
    import tensorflow as tf

    return x * tf.sigmoid(x)
