"""Where an artifact's numbers are wrong: name the layer in its record."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqbench import prepared
from seqbench.framework import missing
from seqbench.isolate import temporary
from seqbench.jobs import Job
from seqbench.record import PLAIN, Cell, Kind, Record, Status
from seqbench.runtimes import Runtime
from seqbench.steps import Run
from seqbench.store import PERTURBED
from seqbench.targets import TARGETS
from seqbench.units import error
from seqbench.work.verify import OF_PERTURBED


def name_layers(
    run: Run, cells: Sequence[Cell], runtime: Runtime, given: Path | None = None
) -> None:
    """Look for the layer in every artifact that just failed in a runtime, and complete its record.

    Where the look fails, a note says so: the verdict does not hang on it.
    """
    if missing("tensorflow"):  # which computes every layer's output apart
        return
    for cell in cells:
        record = run.store.find(cell.key)
        if record is not None and _parts(record):
            run.store.save(_completed(record, _found(run, record, runtime, given)))


def _parts(record: Record) -> bool:
    """Whether numbers are wrong."""
    judged = record.cell.kind is Kind.VERIFY and record.cell.variant == PLAIN and record.cell.target
    return bool(judged) and record.status is Status.FAIL and "worst_case" in record.details


def _found(run: Run, record: Record, runtime: Runtime, given: Path | None) -> dict[str, Any] | str:
    """Return the layer's facts as JSON values, or why there are none."""
    cell, case = record.cell, record.details["worst_case"]
    folder = run.store.model(cell.model)
    artifact = given or run.store.artifacts / cell.model / TARGETS[cell.target or ""].filename
    if case.endswith(OF_PERTURBED):
        case, folder = case.removesuffix(OF_PERTURBED), folder / PERTURBED
        artifact = folder / artifact.name
    tensors = temporary(run.store.root) / f"{cell.key}.npz"
    common = {"reference": str(folder / prepared.REFERENCE), "case": case}
    inside = {"runtime": runtime.name, "artifact": str(artifact), "out": str(tensors)}
    outcome = run.do(
        Job(do="tensors", needs=runtime.needs, device=cell.device, arguments={**common, **inside})
    )
    if outcome.problem is not None:
        return f"which layer differs is not known, the look inside failed: {outcome.problem}"
    arguments = {**common, "model": str(folder), "tensors": str(tensors)}
    outcome = run.do(Job(do="locate", arguments=arguments))
    tensors.unlink()
    problem = outcome.problem or outcome.bad_input
    if problem is not None:
        return f"which layer differs is not known, the search failed: {problem}"
    found: dict[str, Any] | None = outcome.results[0]
    return found or "no layer differs by itself: the artifact shows the right output of each"


def _completed(record: Record, found: dict[str, Any] | str) -> Record:
    if isinstance(found, str):
        return replace(record, notes=(*record.notes, found))
    place = f"layer {found['layer']!r} ({found['class']})"
    if found["others"]:
        names = ", ".join(repr(name) for name in found["others"])
        place += f", which the artifact shows only together with {names},"
    before = f" behind {found['before']!r}" if found["before"] else ""
    after = "" if found["error_after"] is None else f", {error(found['error_after'])} after it"
    errors = f"{error(found['error_before'])}{before}{after}"
    said = f"the first to differ is {place}: the error is {errors}"
    return replace(
        record,
        reason=f"{record.reason}\n{said}",
        details={**record.details, "parted": found},
    )
