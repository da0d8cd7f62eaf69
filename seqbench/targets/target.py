"""What a target is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seqbench.freeze import Frozen
from seqbench.session import Tensor


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

    """

    name: str
    filename: str
    summary: str
    packages: tuple[str, ...]
    export: Callable[[Frozen, Path], Exported]
