"""Find the layer at which an artifact parts from its model: look inside it, then compare."""

from pathlib import Path
from typing import Any

import numpy as np

from seqbench import parting, prepared, reference, verdict
from seqbench.files import replacing
from seqbench.jobs import Job
from seqbench.layerwise import layers
from seqbench.machine import threads
from seqbench.placement import set_threads
from seqbench.runtimes import RUNTIMES
from seqbench.store import typed
from seqbench.targets import TARGETS
from seqbench.verdict import Case
from seqbench.work.context import Context
from seqbench.work.verify import run

ROWS = 4
"""How many rows of a batch are looked at inside the artifact: those with the largest errors."""


def tensors(job: Job, context: Context) -> None:
    """Write the artifact's tensors for the rows of a case that differ most.

    Arguments: `runtime`, `artifact`, `reference`, `case` (its name) and `out`, the `.npz` to write:
    `rows`, and the tensors by number.
    """
    wanted = job.arguments
    context.say(f"looking inside {Path(wanted['artifact']).name} for the layer that differs")
    runtime = RUNTIMES[wanted["runtime"]]
    lacks = TARGETS[runtime.target].lacks if runtime.target else {}
    case = reference.as_there(_case(wanted), lacks)
    with runtime.start() as load:
        session = load(Path(wanted["artifact"]), job.device, threads())
        rows = worst(case, run(session, case.x), session.input.shape[0] or ROWS)
        found = session.tensors(case.x[rows].astype(session.input.dtype))
        session.close()
    arrays = {f"{i:06d}": value for i, value in enumerate(found) if value.dtype.kind in "fiub"}
    with replacing(Path(wanted["out"])) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, rows=rows, **arrays)


def locate(job: Job, context: Context) -> None:
    """Name the layer. Result: a `Parting` as JSON values, or None where every layer is there.

    Arguments: `model` (its folder), `reference`, `case` and `tensors`, the file of them.
    """
    set_threads(threads())
    wanted = job.arguments
    folder = Path(wanted["model"])
    case = _case(wanted)
    facts = prepared.facts(folder)
    assert facts is not None  # noqa: S101 - it was prepared before its artifact was judged
    with np.load(wanted["tensors"], allow_pickle=False) as arrays:
        rows = arrays["rows"]
        found = [typed(arrays[name]) for name in arrays if name != "rows"]
    stack = layers(prepared.restore(folder), case.x, facts["seed"])
    cut = [parting.only(layer, rows) for layer in stack]
    parted = parting.find(cut, found)
    context.send("result", None if parted is None else _flat(parted))


def _case(wanted: dict[str, Any]) -> reference.ReferenceCase:
    cases = reference.load(Path(wanted["reference"]))
    return next(case for case in cases if case.name == wanted["case"])


def worst(case: Case, got: np.ndarray, count: int) -> np.ndarray:
    """Return the numbers of the rows with the largest errors, the first rows where none can be."""
    if got.shape != case.exact.shape or case.own.dtype.kind not in "fV":
        return np.arange(min(count, len(case.x)))
    errors = np.abs(got.astype(np.float64) - case.exact) / np.maximum(
        verdict.tolerances(case), 1e-300
    )
    by_row = np.nan_to_num(errors, nan=np.inf).reshape(len(errors), -1).max(axis=1)
    rows: np.ndarray = np.argsort(-by_row, kind="stable")[: min(count, len(case.x))]
    return rows


def _flat(parted: parting.Parting) -> dict[str, Any]:
    layer = parted.layer
    return {
        "layer": layer.name,
        "class": layer.kind,
        "config": layer.config,
        "others": list(parted.others),
        "before": parted.before,
        "error_before": parted.error_before,
        "error_after": parted.error_after,
    }
