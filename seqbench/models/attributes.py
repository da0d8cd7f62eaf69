"""Attributes of layers, changed for a while."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def override(layers: Iterable[Any], **values: Any) -> Iterator[None]:
    """Give each layer these attributes while the block runs, and its own again at the end."""
    before = [(layer, name, getattr(layer, name)) for layer in layers for name in values]
    try:
        for layer, name, _ in before:
            setattr(layer, name, values[name])
        yield
    finally:
        for layer, name, value in before:
            setattr(layer, name, value)
