"""What a target is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seqbench.core.errors import Unsupported
from seqbench.core.record import PLAIN
from seqbench.core.units import size
from seqbench.machine.frameworks import Needs
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
class Plain:
    """A model and its plain artifact of one target: what a variant is made from.

    Attributes:
        frozen: the model's inference graph.
        path: the artifact.
        exported: what was said of it when it was written.

    """

    frozen: Frozen
    path: Path
    exported: Exported


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A target in reduced precision, and how to write it.

    Attributes:
        write: writes it to a path that does not exist yet. The third argument are inputs to
            calibrate on, shape (rows, ...), None where it is not calibrated.
        packages: distributions that write it, beside those that write the plain artifact.
        calibrated: whether it is calibrated on data like the user's own.
        holds: tells whether anything in an artifact, whoever made it, really is in this precision.
            It is asked of what a runtime has loaded.
        narrow: what that is, in words: `weights in 8 bits`.
        reach: what of a model the writer narrows, in words; a model may have nothing of it.

    """

    write: Callable[[Plain, Path, np.ndarray | None], Exported]
    holds: Callable[[Path], bool]
    narrow: str
    reach: str
    packages: tuple[str, ...] = ()
    calibrated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How large a model a target can be written of.

    Attributes:
        size_bytes: the most that its weights may have.
        what: what holds no more, in words.

    """

    size_bytes: int
    what: str


TWO_GIB = (1 << 31) - 1
"""The most that one message of protobuf or one buffer of FlatBuffers has, whose lengths and offsets
are signed numbers of 32 bits. Sources: protobuf.dev, Proto Limits, total size of the message;
flatbuffers.dev, `FLATBUFFERS_MAX_BUFFER_SIZE`."""

IN_A_GRAPH = Limit(size_bytes=TWO_GIB, what="a graph of TensorFlow with its weights (protobuf)")
"""What every target is written from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file format: how to write it, how to know it, and what in a given one is dangerous.

    Attributes:
        name: how it is called.
        filename: name of the exported file or folder.
        summary: one line for people.
        packages: distributions whose versions decide what is written.
        export: writes the frozen graph to a path that does not exist yet.
        form: what `recognizes` looks for, as a message says it: `an .onnx file`.
        recognizes: whether a path, at which something is, holds an artifact of this format.
        main_file: the file in an artifact's folder that may be given in its place; None where the
            artifact is a file, or the runtime takes both.
        check: what in an artifact, whoever made it, could run code or reach files beside it, in
            plain words. It runs and loads nothing; in what is damaged it finds nothing.
        check_needs: the framework that the check parses with; None where it needs none.
        quantized: says which inputs and outputs of an artifact, whoever made it, are whole numbers
            that stand for real ones; None where none are. As `check`, it loads nothing.
        converter: the module that writes it, which takes a while to import; None where TensorFlow
            writes it.
        lacks: dtypes that the format does not have, each with the one that stands for it there.
        limit: how large a model it can be written of.
        variants: what it can be had in beside the model's own arithmetic, by name. How each is
            judged is in `verdict/quality.CRITERIA`.
        usage: the template of the code that uses an artifact, which `usage.py` fills in; None where
            there is none.

    """

    name: str
    filename: str
    summary: str
    packages: tuple[str, ...]
    export: Callable[[Frozen, Path], Exported]
    form: str
    recognizes: Callable[[Path], bool]
    check: Callable[[Path], tuple[str, ...]]
    main_file: str | None = None
    check_needs: Needs = None
    quantized: Callable[[Path], str | None] = lambda _: None
    converter: str | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)
    limit: Limit = IN_A_GRAPH
    variants: Mapping[str, Variant] = field(default_factory=dict)
    usage: Path | None = None

    def too_large(self, weight_bytes: int) -> str | None:
        """Return why a model with so large weights cannot be written; None where it can."""
        if weight_bytes <= self.limit.size_bytes:
            return None
        most = size(self.limit.size_bytes)
        return f"its weights have {size(weight_bytes)}, and {self.limit.what} holds at most {most}"


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

    @property
    def packages(self) -> tuple[str, ...]:
        """Distributions whose versions decide what is written."""
        more = () if self.variant == PLAIN else self.target.variants[self.variant].packages
        return (*self.target.packages, *more)

    @property
    def calibrated(self) -> bool:
        """Whether it is calibrated on data like the user's own."""
        return self.variant != PLAIN and self.target.variants[self.variant].calibrated

    def is_narrow(self, path: Path) -> bool:
        """Tell whether what lies at a path has anything of its variant's precision."""
        return self.variant == PLAIN or self.target.variants[self.variant].holds(path)


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


def refuse_float8(frozen: Frozen, target: str) -> None:
    """Refuse a model that computes in 8-bit floats, as `quantize("float8")` makes it.

    Raises:
        Unsupported: it does; the message names the layer and the dtype.

    """
    for op in frozen.traced.graph.get_operations():
        for tensor in (*op.inputs, *op.outputs):
            if tensor.dtype.name.startswith("float8"):
                reason = "its operations do not know these numbers"
                in_float8 = f"{op.type} in {tensor.dtype.name}"
                raise unsupported(frozen, op.name, in_float8, target, reason)
