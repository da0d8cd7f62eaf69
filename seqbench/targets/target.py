"""What a target is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seqbench.core.errors import Unsupported
from seqbench.core.record import PLAIN
from seqbench.runtimes.session import Tensor
from seqbench.targets.frozen import Frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an exporter says of the file that it wrote.

    Attributes:
        input: the input as the file declares it.
        output: the output as the file declares it.
        ops: the names of its operations, in the format's own words, sorted.
        notes: what a user should know of it, such as a fixed batch.

    """

    input: Tensor
    output: Tensor
    ops: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file format and how to write it.

    Attributes:
        name: how it is called.
        filename: name of the exported file or folder.
        summary: one line for people.
        packages: distributions whose versions decide what is written.
        export: writes the frozen graph to a path that does not exist yet.
        lacks: dtypes that the format does not have, each with the one that stands for it there.

    """

    name: str
    filename: str
    summary: str
    packages: tuple[str, ...]
    export: Callable[[Frozen, Path], Exported]
    lacks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A target in one of its variants.

    Attributes:
        target: the format.
        variant: the arithmetic of its numbers.

    """

    target: Target
    variant: str = PLAIN

    @property
    def label(self) -> str:
        """Its name in a manifest: `tflite`, `tflite.int8`."""
        return self.target.name if self.variant == PLAIN else f"{self.target.name}.{self.variant}"

    @property
    def filename(self) -> str:
        """Name of the exported file or folder: `model.tflite`, `model.int8.tflite`."""
        stem, dot, suffix = self.target.filename.partition(".")
        middle = "" if self.variant == PLAIN else f".{self.variant}"
        return f"{stem}{middle}{dot}{suffix}"


def unsupported(frozen: Frozen, node: str, op: str, target: str, reason: str) -> Unsupported:
    """Return the verdict that a target lacks an operation, with the layer that asks for it.

    Args:
        frozen: the model.
        node: the name of the operation's node, which is a path of name scopes.
        op: the operation.
        target: the format's name, as people write it.
        reason: why there is no way round.

    """
    layers = {layer.name for layer in frozen.model._flatten_layers()}  # the only walk into cells
    # TensorFlow numbers a scope that it enters for the second time, as Keras's are: `dense_1` is
    # the scope of the layer `dense`, even where another is called `dense_1`.
    names = (
        name
        for scope in reversed(node.split("/"))
        for name in (re.sub(r"_\d+$", "", scope), scope)
        if name in layers
    )
    layer = next(names, node)
    return Unsupported(f"layer {layer!r}: operation {op} has no equivalent in {target}: {reason}")
