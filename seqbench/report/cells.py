"""What cells are called, and the marks of their statuses."""

from seqbench.record import PLAIN, Cell, Status
from seqbench.report.document import Mark, Shape, Tone

_LOOKS = {
    Status.PASS: (Shape.CHECK, Tone.GOOD),
    Status.FAIL: (Shape.CROSS, Tone.BAD),
    Status.ERROR: (Shape.UP, Tone.BROKEN),
    Status.UNSUPPORTED: (Shape.BARRED, Tone.CAUTION),
    Status.UNAVAILABLE: (Shape.RING, Tone.QUIET),
}

MARKS = {
    status: Mark(word=str(status), shape=shape, tone=tone)
    for status, (shape, tone) in _LOOKS.items()
}
"""Of each status its word, which always stands beside its shape."""


def place(cell: Cell) -> str:
    """Return where a cell ran, as `litert`, and what is not the usual: `litert · gpu · fp16`."""
    return " · ".join([cell.runtime or cell.target or str(cell.kind), *apart(cell)])


def apart(cell: Cell) -> list[str]:
    """Return what is not the usual about a cell: a device, an arithmetic, a number of threads."""
    found = [word for word, usual in ((cell.device, "cpu"), (cell.variant, PLAIN)) if word != usual]
    if cell.threads is not None:
        found.append(f"{cell.threads} thread{'s' if cell.threads > 1 else ''}")
    return found


def title(cell: Cell) -> str:
    """Return what a cell is called beside its model, as `infer · onnxruntime · batch 1`."""
    where = place(cell)
    words = [str(cell.kind)] + ([where] if where != str(cell.kind) else [])
    words += [] if cell.batch_size is None else [f"batch {cell.batch_size}"]
    return " · ".join(words)
