"""What cells are called, and the marks of their statuses."""

from seqbench.core.record import PLAIN, Cell, Record, Status
from seqbench.reports.document import Mark, Shape, Tone

MARKS = {
    Status.PASS: Mark(word="pass", shape=Shape.CHECK, tone=Tone.GOOD),
    Status.FAIL: Mark(word="fail", shape=Shape.CROSS, tone=Tone.BAD),
    Status.ERROR: Mark(word="error", shape=Shape.UP, tone=Tone.BROKEN),
    Status.UNSUPPORTED: Mark(word="unsupported", shape=Shape.BARRED, tone=Tone.CAUTION),
    Status.UNAVAILABLE: Mark(word="unavailable", shape=Shape.RING, tone=Tone.QUIET),
}
"""Of each status its word, which always stands beside its shape."""

DISTURBED = Mark(word="disturbed", shape=Shape.UP, tone=Tone.CAUTION)
UNSETTLED = Mark(word="not settled", shape=Shape.UP, tone=Tone.CAUTION)
"""What other programs, or a warm-up that had not ended, make of a timing."""


def doubts(record: Record) -> str:
    """Return the marks of what makes a timing doubtful, a line each."""
    found = ((DISTURBED, record.foreign_cpus), (UNSETTLED, record.unsettled))
    return "\n".join(str(mark) for mark, told in found if told)


def place(cell: Cell) -> str:
    """Return where a cell ran, as `litert`, and what is not the usual: `litert · gpu · fp16`."""
    return " · ".join([cell.runtime or cell.target or str(cell.kind), *distinctions(cell)])


def distinctions(cell: Cell) -> list[str]:
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
