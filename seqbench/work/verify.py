"""Whether an artifact still is the model, in the runtime that its users have."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench import quality, reference, verdict
from seqbench.machine import threads
from seqbench.quality import CRITERIA, Sample
from seqbench.record import Cell, Status
from seqbench.runtimes import Load, Session
from seqbench.targets import TARGETS
from seqbench.verdict import Case, Difference


def plain(
    pairs: list[tuple[Path, Path]], load: Load, cell: Cell, fresh: list[str]
) -> dict[str, Any]:
    """Judge artifacts by the float64 twin's answers; return the fields of their one record.

    `pairs` are artifacts with their references, the delivered one first. `fresh` are weights that
    hide faults.
    """
    lacks = TARGETS[cell.target].lacks if cell.target else {}
    device = cell.device
    differences: list[Difference] = []
    ran_on, facts = device, {}
    for artifact, answers in pairs:
        judged = "" if artifact == pairs[0][0] else " (perturbed weights)"
        session = load(artifact, device, threads())
        try:
            for original in reference.load(answers):
                case = _as_there(original, lacks)
                difference = verdict.judge(case, run(session, case.x))
                differences.append(replace(difference, case=difference.case + judged))
                ran_on, facts = session.ran_on, dict(session.facts)
        finally:
            session.close()
    worst = verdict.worst(differences)
    return {
        "status": Status.PASS if worst.reason is None else Status.FAIL,
        "reason": worst.reason,
        "max_abs_error": worst.max_abs_error,
        "tolerance": worst.tolerance,
        "error_ratio": worst.max_abs_error / worst.own_error if worst.own_error else None,
        "ran_on": ran_on,
        "notes": _about_fresh(fresh, judged_apart=len(pairs) > 1),
        "details": {
            "worst_case": worst.case,
            "channel": worst.channel,
            "weights": {difference.case: difference.weight for difference in differences},
            "runtime": facts,
        },
    }


def _as_there(case: Case, lacks: Mapping[str, str]) -> Case:
    """Expect the output in what stands for its dtype in the artifact's format."""
    dtype = lacks.get(case.own.dtype.name)
    return case if dtype is None else replace(case, own=case.own.astype(dtype))


def _about_fresh(fresh: list[str], *, judged_apart: bool) -> tuple[str, ...]:
    if not fresh:
        return ()
    found = f"{len(fresh)} weights look fresh (all zero or one: {', '.join(fresh[:3])}"
    found += ", ...)" if len(fresh) > 3 else ")"
    if judged_apart:
        return (f"{found}: judged on a second export with those perturbed as well",)
    return (f"{found}: an artifact that lost them would compute the same",)


def run(session: Session, x: np.ndarray) -> np.ndarray:
    """Return the session's output for inputs, which are cast where that loses nothing."""
    if x.dtype.name != session.input.dtype:
        cast = x.astype(session.input.dtype)
        if not np.array_equal(cast.astype(x.dtype), x):
            msg = f"the input's dtype is {session.input.dtype} where the model takes {x.dtype}"
            raise TypeError(msg)
        x = cast
    return session.run(x)


def reduced(pair: tuple[Path, Path], held_out: Path, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge a variant in reduced precision by its criterion; return its record's fields."""
    artifact, answers = pair
    notes: tuple[str, ...] = ()
    if held_out.exists():
        sample = quality.load(held_out)
    else:
        case = reference.load(answers)[0]
        sample = Sample(x=case.x, own=case.own)
        notes = (f"judged on {case.name} inputs: the model came without data",)
    criterion = CRITERIA[cell.variant]
    session = load(artifact, cell.device, threads())
    try:
        found = quality.judge(sample, run(session, sample.x), criterion)
        ran_on, facts = session.ran_on, dict(session.facts)
    finally:
        session.close()
    return {
        "status": Status.PASS if found.reason is None else Status.FAIL,
        "reason": found.reason,
        "max_abs_error": found.max_abs_error,
        "metrics": found.metrics,
        "ran_on": ran_on,
        "notes": notes,
        "details": {
            "snr_db": found.snr_db,
            "agreement": found.agreement,
            "own_metrics": found.own_metrics,
            "criterion": asdict(criterion),
            "rows": len(sample.x),
            "runtime": facts,
        },
    }
