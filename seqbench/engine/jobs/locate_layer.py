"""Find the layer at which an artifact parts from its model: look inside it, then compare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Never

import numpy as np

from seqbench.backends.tensorflow import set_threads
from seqbench.core import arrays
from seqbench.engine.jobs.context import Context
from seqbench.engine.jobs.verify import of_another_tool
from seqbench.engine.workers.messages import Job
from seqbench.machine.host import available_threads
from seqbench.models import snapshot
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from seqbench.verdict import reference, tolerance
from seqbench.verdict.judge import ask
from seqbench.verdict.locate import search
from seqbench.verdict.locate.layer_outputs import compute_layer_outputs
from seqbench.verdict.locate.search import Divergence
from seqbench.verdict.tolerance import Case

ROWS = 32
"""How many rows of a batch are looked at inside the artifact: those with the largest errors."""

USUAL = ("held-out", "expected", "random", "spread")
"""Batches on which fewer units are cut off or saturated than on those that are wrong most; each row
of the last has a scale of its own."""

CLEAR = 10.0
"""The least weight of a usual batch that is looked at in place of the worst."""

FEW, LARGE = 4, 4096
"""Fewer of inputs that have more elements than this: every tensor is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTensors(Job[Never]):
    """Write the artifact's tensors for the rows of a case that differ most.

    Attributes:
        runtime: the runtime's name.
        artifact: the file or folder that it loads.
        reference: the file of the input suite.
        case: the case's name.
        out: the `.npz` to write: `rows`, its `output` for them, and the tensors by number.
        given: whether the artifact may be anybody's.
        shared: where to find the run's browser; None for one of the job's own.

    """

    runtime: str
    artifact: Path
    reference: Path
    case: str
    out: Path
    given: bool
    shared: Path | None = None

    def run(self, context: Context) -> tuple[()]:
        """Write the tensors."""
        context.say(f"looking inside {self.artifact.name} for the layer that differs")
        runtime = RUNTIMES[self.runtime]
        lacks = TARGETS[runtime.target].lacks if runtime.target else {}
        case = reference.as_format_has_it(_case(self), lacks)
        with runtime.start(self.shared) as load:
            session = load(self.artifact, self.device, available_threads())
            if self.given:
                session = of_another_tool(session, case.x, case.own)
            rows = worst_rows(case, ask(session, case.x), session.input.shape[0])
            output = ask(session, case.x[rows])
            found = session.tensors(case.x[rows].astype(session.input.dtype))
            session.close()
        shown = {f"{i:06d}": value for i, value in enumerate(found) if value.dtype.kind in "fiub"}
        arrays.save(self.out, rows=rows, output=output, **shown)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LocateLayer(Job[Divergence | None]):
    """Name the layer.

    Attributes:
        model: the prepared model's folder.
        reference: the file of the input suite.
        case: the case's name.
        tensors: what `ReadTensors` wrote.

    """

    results_as: ClassVar[Any] = Divergence | None
    model: Path
    reference: Path
    case: str
    tensors: Path

    def run(self, context: Context) -> Iterator[Divergence | None]:  # noqa: ARG002 - it writes nothing
        """Yield the layer, None where the artifact holds every layer's output."""
        set_threads(available_threads())
        case = _case(self)
        seed = snapshot.read(self.model).seed
        found = arrays.load(self.tensors)
        rows, output = found.pop("rows"), found.pop("output")
        stack = compute_layer_outputs(snapshot.restore(self.model), case.x, seed)
        cut = [search.select_rows(layer, rows) for layer in stack]
        yield search.find_divergence(cut, [*found.values()], output)


def _case(job: ReadTensors | LocateLayer) -> reference.ReferenceCase:
    cases = reference.load(job.reference)
    return next(case for case in cases if case.name == job.case)


def telling_case(weights: Mapping[str, float], worst: str) -> str:
    """Return the name of the case that tells most of what is wrong.

    Args:
        weights: the error of each case, in units of its tolerance.
        worst: the case with the largest.

    """
    return next((name for name in USUAL if weights.get(name, 0) > CLEAR), worst)


def worst_rows(case: Case, got: np.ndarray, batch: int | None) -> np.ndarray:
    """Return the numbers of the rows with the largest errors, the first rows where none can be.

    `batch` is the size that the artifact takes; None where it is free.
    """
    count = batch or (ROWS if case.x[0].size <= LARGE else FEW)
    if got.shape != case.exact.shape or case.own.dtype.kind not in "fV":
        return np.arange(min(count, len(case.x)))
    errors = np.abs(got.astype(np.float64) - case.exact) / np.maximum(
        tolerance.tolerances(case), 1e-300
    )
    by_row = np.nan_to_num(errors, nan=np.inf).reshape(len(errors), -1).max(axis=1)
    rows: np.ndarray = np.argsort(-by_row, kind="stable")[: min(count, len(case.x))]
    return rows
