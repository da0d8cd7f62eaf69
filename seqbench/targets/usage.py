"""The page beside exported artifacts: what each file takes and gives, and code that uses it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from seqbench.core.files import replace_text
from seqbench.core.record import Status
from seqbench.runtimes.session import Tensor
from seqbench.targets import TARGETS, Target, manifest
from seqbench.targets.manifest import ARTIFACTS, Entry

NAME = "README.md"
"""The page's file name."""

MARK = "<!-- Written by seqbench, which writes it again at each export. -->"
"""The page's first line. A page without it is somebody else's, and is left alone."""

TEMPLATE = Path(__file__).with_name("usage.md.j2")
"""The page; each target's code is in a template `usage.md.j2` of its own."""

KOTLIN = {"float32": ("Float", 4), "int32": ("Int", 4), "int64": ("Long", 8)}
"""Kotlin's word for each dtype, and its bytes."""

SWIFT = {"float32": "Float32", "int32": "Int32", "int64": "Int64"}
"""Swift's word for each dtype."""

JAVASCRIPT = {"float32": "Float32Array", "int32": "Int32Array", "uint8": "Uint8Array"}
"""JavaScript's array for each dtype."""

JINJA = Environment(  # noqa: S701 - Markdown is no page: nothing is to be escaped for a browser
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)

MICRO_NAMES = {"CUMSUM": "CumSum", "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTM"}
"""Operations whose method of `MicroMutableOpResolver` is not their name in camel case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A tensor of one row, as code writes it down.

    Attributes:
        name: the tensor's name in its file.
        dtype: of its elements.
        shape: one row, with 1 for every other size that is open.
        declared: the shape in words, open sizes as the file has them: `(any, 8, 8, 1) float32`.

    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    declared: str

    @property
    def count(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)


def example_of(tensor: Tensor) -> Example:
    """Return one row of a tensor."""
    words = ["any" if size is None else str(size) for size in tensor.shape]
    shape = f"({', '.join(words)}{',' * (len(words) == 1)})"
    return Example(
        name=tensor.name,
        dtype=tensor.dtype,
        shape=tuple(1 if size is None else size for size in tensor.shape),
        declared=f"{shape} {tensor.dtype}",
    )


def render(found: manifest.Manifest) -> str:
    """Return the page of a folder's artifacts, Markdown."""
    rows = [
        {"entry": entry, "input": example_of(entry.input), "output": example_of(entry.output)}
        for entry in found.artifacts.values()
    ]
    by_target: dict[str, list[Entry]] = {}
    for label, entry in found.artifacts.items():
        if not any(verdict.status is Status.FAIL for verdict in entry.verdicts):
            by_target.setdefault(ARTIFACTS[label].target.name, []).append(entry)
    parts = [
        {
            "summary": TARGETS[name].summary,
            "entries": entries,
            "code": _code(TARGETS[name], entries),
        }
        for name, entries in by_target.items()
    ]
    page = JINJA.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(mark=MARK, model=found.model, rows=rows, parts=parts)


def _code(target: Target, entries: Sequence[Entry]) -> str:
    """Return the code that uses the first of a target's artifacts, and any other by its name."""
    if target.usage is None:
        return ""
    first = entries[0]
    code: str = JINJA.from_string(target.usage.read_text(encoding="utf-8")).render(
        path=first.path,
        input=example_of(first.input),
        output=example_of(first.output),
        kotlin=KOTLIN,
        swift=SWIFT,
        javascript=JAVASCRIPT,
        micro=sorted({_micro(op) for entry in entries for op in entry.ops}),
    )
    return code.strip()


def _micro(op: str) -> str:
    """Return what TensorFlow Lite Micro calls an operation: `CONV_2D` is `Conv2D`."""
    parts = (part if part[0].isdigit() else part.capitalize() for part in op.split("_"))
    return MICRO_NAMES.get(op) or "".join(parts)


def write(folder: Path) -> None:
    """Write the page of a folder that has a manifest, unless somebody else's is there."""
    path = folder / NAME
    if path.is_symlink() or (path.exists() and not _is_ours(path)):
        return
    replace_text(path, render(manifest.read(folder)))


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().rstrip() == MARK
