"""Where an artifact's numbers are wrong: name the layer in its record."""

from collections.abc import Sequence
from dataclasses import replace

from seqbench.core import codec
from seqbench.core.record import PLAIN, Cell, Kind, Record, Status
from seqbench.core.store import PERTURBED
from seqbench.core.units import error
from seqbench.engine.jobs.locate_layer import LocateLayer, ReadTensors, telling_case
from seqbench.engine.state import Run
from seqbench.engine.workers.pool import temporary
from seqbench.machine.frameworks import missing_framework_reason
from seqbench.models import snapshot
from seqbench.runtimes import Runtime
from seqbench.targets.recognition import artifact_path
from seqbench.verdict.locate.search import Divergence


def name_layers(run: Run, cells: Sequence[Cell], runtime: Runtime) -> None:
    """Look for the layer in every artifact that just failed in a runtime, and complete its record.

    Where the look fails, a note says so: the verdict does not hang on it.
    """
    if missing_framework_reason("tensorflow"):  # which computes every layer's output apart
        return
    for cell in cells:
        record = run.store.find(cell.key)
        if record is not None and _parts(record):
            run.store.save(_completed(record, _found(run, record, runtime)))


def _parts(record: Record) -> bool:
    """Whether numbers are wrong."""
    judged = record.cell.kind is Kind.VERIFY and record.cell.variant == PLAIN and record.cell.target
    return bool(judged) and record.status is Status.FAIL and "worst_case" in record.details


def _found(run: Run, record: Record, runtime: Runtime) -> Divergence | str:
    """Return the layer, or why there is none."""
    cell, details = record.cell, record.details
    weights = details["perturbed_weights"][0] if details["perturbed"] else details["weights"]
    case = telling_case(weights, details["worst_case"])
    folder = run.store.model(cell.model)
    given = run.request.find_given(cell.model, cell.target, cell.variant)
    artifact = given.artifact if given else artifact_path(run.store, cell)
    if details["perturbed"]:
        folder = folder / PERTURBED
        artifact = folder / artifact.name
    tensors = temporary(run.store.root) / f"{cell.key}.npz"
    reference = folder / snapshot.REFERENCE
    looked = run.run_job(
        ReadTensors(
            needs=runtime.needs,
            device=cell.device,
            runtime=runtime.name,
            artifact=artifact,
            reference=reference,
            case=case,
            out=tensors,
            given=given is not None,
            shared=run.browser(runtime, cell.device),
        )
    )
    if looked.problem is not None:
        return f"which layer differs is not known, the look inside failed: {looked.problem}"
    outcome = run.run_job(
        LocateLayer(model=folder, reference=reference, case=case, tensors=tensors)
    )
    tensors.unlink()
    problem = outcome.problem or outcome.bad_input
    if problem is not None:
        return f"which layer differs is not known, the search failed: {problem}"
    (found,) = outcome.results
    return found or "no layer differs by itself: the artifact shows the right output of each"


def _completed(record: Record, found: Divergence | str) -> Record:
    if isinstance(found, str):
        return replace(record, notes=(*record.notes, found))
    said = _where(found)
    return replace(
        record,
        reason=f"{record.reason}\n{said}",
        details={**record.details, "parted": codec.to_json(found)},
    )


def _where(found: Divergence) -> str:
    """Say in a line where an artifact parts from its model."""
    last = f"layer {found.layer!r} ({found.kind})"
    if found.beyond:
        off = "" if found.error_after is None else f", off by {error(found.error_after)}"
        return (
            f"the artifact shows the right output of each layer (the error is "
            f"{error(found.error_before)} behind the last, {last}): it differs in what it makes of "
            f"that as its own output{off}"
        )
    behind = f" behind {found.before!r}" if found.before else " at the input"
    errors = f"the error is {error(found.error_before)}{behind}"
    if found.error_after is not None:
        these = "them" if found.others else "it"
        errors += f", at least {error(found.error_after)} after {these}"
    if found.others:
        names = ", ".join(repr(name) for name in found.others)
        return f"the first to differ is {last} or {names}, which are not told apart: {errors}"
    return f"the first to differ is {last}: {errors}"
