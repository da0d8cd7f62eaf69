"""A seed generator that gives its seed and does not go on: inference draws nothing.

Some augmentation layers draw in inference too and throw it away; the generator's variable would
keep the graph from being frozen. What they draw is pruned with it.
"""

from collections.abc import Callable
from typing import Any


def peek(original: Callable[..., Any], *, self: Any, ordered: bool) -> Any:  # noqa: ARG001 - replaced whole
    """Return a `keras.random.SeedGenerator`'s next seed."""
    return self.state.value
