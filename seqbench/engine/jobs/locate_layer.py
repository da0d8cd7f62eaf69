"""Find the layer at which an artifact parts from its model: look inside it, then compare."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Never

import numpy as np

from seqbench.backends.tensorflow_devices import set_threads
from seqbench.core.files import replacing
from seqbench.core.store import restore_dtype
from seqbench.engine.jobs.verify import of_another_tool
from seqbench.engine.workers.messages import Context, Job
from seqbench.machine.host import available_threads
from seqbench.models import snapshot
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from seqbench.verdict import reference, tolerance
from seqbench.verdict.judge import ask
from seqbench.verdict.locate import search
from seqbench.verdict.locate.layer_outputs import compute_layer_outputs
from seqbench.verdict.tolerance import Case

ROWS = 4
"""How many rows of a batch are looked at inside the artifact: those with the largest errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTensors(Job[Never]):
    """Write the artifact's tensors for the rows of a case that differ most.

    Attributes:
        runtime: the runtime's name.
        artifact: the file or folder that it loads.
        reference: the file of the input suite.
        case: the case's name.
        out: the `.npz` to write: `rows`, and the tensors by number.
        given: whether the artifact may be anybody's.

    """

    runtime: str
    artifact: Path
    reference: Path
    case: str
    out: Path
    given: bool

    def run(self, context: Context) -> tuple[()]:
        """Write the tensors."""
        context.say(f"looking inside {self.artifact.name} for the layer that differs")
        _read_tensors(self)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The first layer whose output an artifact does not hold.

    Attributes:
        layer: its name.
        kind: its class.
        config: its configuration, JSON values.
        others: names of the next layers, of which the artifact shows no output either.
        before: the last layer's name whose output it holds; None where that is the input.
        error_before: the largest error there; 0 at the input.
        error_after: the largest error of what comes nearest to the layer's output, or to that of
            the first layer after it that can be compared; None where nothing can.

    """

    layer: str
    kind: str
    config: dict[str, Any]
    others: tuple[str, ...]
    before: str | None
    error_before: float
    error_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateLayer(Job[Located | None]):
    """Name the layer.

    Attributes:
        model: the prepared model's folder.
        reference: the file of the input suite.
        case: the case's name.
        tensors: what `ReadTensors` wrote.

    """

    results_as: ClassVar[Any] = Located | None
    model: Path
    reference: Path
    case: str
    tensors: Path

    def run(self, context: Context) -> Iterator[Located | None]:  # noqa: ARG002 - it writes nothing
        """Yield the layer, None where the artifact holds every layer's output."""
        yield _locate(self)


def _read_tensors(job: ReadTensors) -> None:
    runtime = RUNTIMES[job.runtime]
    lacks = TARGETS[runtime.target].lacks if runtime.target else {}
    case = reference.as_format_has_it(_case(job), lacks)
    with runtime.start() as load:
        session = load(job.artifact, job.device, available_threads())
        if job.given:
            session = of_another_tool(session, case.x, case.own)
        rows = worst_rows(case, ask(session, case.x), session.input.shape[0] or ROWS)
        found = session.tensors(case.x[rows].astype(session.input.dtype))
        session.close()
    arrays = {f"{i:06d}": value for i, value in enumerate(found) if value.dtype.kind in "fiub"}
    with replacing(job.out) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, rows=rows, **arrays)


def _locate(job: LocateLayer) -> Located | None:
    set_threads(available_threads())
    case = _case(job)
    seed = snapshot.read(job.model).seed
    with np.load(job.tensors, allow_pickle=False) as arrays:
        rows = arrays["rows"]
        found = [restore_dtype(arrays[name]) for name in arrays if name != "rows"]
    stack = compute_layer_outputs(snapshot.restore(job.model), case.x, seed)
    cut = [search.select_rows(layer, rows) for layer in stack]
    parted = search.find_divergence(cut, found)
    return None if parted is None else _located(parted)


def _case(job: ReadTensors | LocateLayer) -> reference.ReferenceCase:
    cases = reference.load(job.reference)
    return next(case for case in cases if case.name == job.case)


def worst_rows(case: Case, got: np.ndarray, count: int) -> np.ndarray:
    """Return the numbers of the rows with the largest errors, the first rows where none can be."""
    if got.shape != case.exact.shape or case.own.dtype.kind not in "fV":
        return np.arange(min(count, len(case.x)))
    errors = np.abs(got.astype(np.float64) - case.exact) / np.maximum(
        tolerance.tolerances(case), 1e-300
    )
    by_row = np.nan_to_num(errors, nan=np.inf).reshape(len(errors), -1).max(axis=1)
    rows: np.ndarray = np.argsort(-by_row, kind="stable")[: min(count, len(case.x))]
    return rows


def _located(parted: search.Divergence) -> Located:
    layer = parted.layer
    return Located(
        layer=layer.name,
        kind=layer.kind,
        config=layer.config,
        others=parted.others,
        before=parted.before,
        error_before=parted.error_before,
        error_after=parted.error_after,
    )
