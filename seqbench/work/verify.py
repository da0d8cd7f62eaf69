"""Whether an artifact still is the model, in the runtime that its users have."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench import contract, quality, reference, verdict
from seqbench.contract import Promise
from seqbench.machine import threads
from seqbench.quality import CRITERIA, Sample
from seqbench.record import Cell, Status
from seqbench.runtimes import Load, Session
from seqbench.targets import TARGETS
from seqbench.verdict import Case, Difference

OF_PERTURBED = " (perturbed weights)"
"""Ends the name of a case on which the copy with perturbed weights was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What is run, and what its answers are held against.

    Attributes:
        artifact: the file or folder that the runtime loads.
        reference: the file of the input suite and the float64 twin's answers.

    """

    artifact: Path
    reference: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is timed and judged of one model in one variant.

    Attributes:
        model: the model's name.
        variant: the arithmetic of its artifact.
        seed: its scenario's seed.
        pairs: artifacts with their references, the delivered one first; the others are only judged.
        fresh: weights that hide faults.
        promise: what the delivered one must declare; None where somebody else made it.
        held_out: the file of the sample by which reduced precision is judged, which may be missing.

    """

    model: str
    variant: str
    seed: int
    pairs: tuple[Pair, ...]
    fresh: tuple[str, ...]
    promise: Promise | None
    held_out: Path


def plain(subject: Subject, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge artifacts by the float64 twin's answers; return the fields of their one record."""
    lacks = TARGETS[cell.target].lacks if cell.target else {}
    differences: list[Difference] = []
    ran_on, facts, broken = cell.device, {}, None
    for number, pair in enumerate(subject.pairs):
        judged = OF_PERTURBED if number else ""
        cases = [reference.as_there(case, lacks) for case in reference.load(pair.reference)]
        session = load(pair.artifact, cell.device, threads())
        try:
            outputs = [run(session, case.x) for case in cases]
            found = [verdict.judge(case, got) for case, got in zip(cases, outputs, strict=True)]
            differences += [replace(one, case=one.case + judged) for one in found]
            if not number:
                right = found[0].reason is None
                broken = _contract(
                    session, subject.promise, cases[0], outputs[0] if right else None
                )
            ran_on, facts = session.ran_on, dict(session.facts)
        finally:
            session.close()
    worst = verdict.worst(differences)
    reason = worst.reason or broken
    return {
        "status": Status.PASS if reason is None else Status.FAIL,
        "reason": reason,
        "max_abs_error": worst.max_abs_error,
        "tolerance": worst.tolerance,
        "error_ratio": worst.max_abs_error / worst.own_error if worst.own_error else None,
        "ran_on": ran_on,
        "notes": _about_fresh(subject.fresh, judged_apart=len(subject.pairs) > 1),
        "details": {
            "worst_case": worst.case,
            "channel": worst.channel,
            "weights": {difference.case: difference.weight for difference in differences},
            "runtime": facts,
        },
    }


def _contract(
    session: Session, promise: Promise | None, case: Case, answer: np.ndarray | None
) -> str | None:
    """Hold the artifact to its contract; a wrong answer is not asked for again."""
    wrong = contract.declared(session, promise) if promise else None
    if wrong is not None or answer is None:
        return wrong
    return contract.kept(lambda x: run(session, x), case, answer, session.output)


def _about_fresh(fresh: tuple[str, ...], *, judged_apart: bool) -> tuple[str, ...]:
    if not fresh:
        return ()
    found = f"{len(fresh)} weights look fresh (all zero or one: {', '.join(fresh[:3])}"
    found += ", ...)" if len(fresh) > 3 else ")"
    if judged_apart:
        return (f"{found}: judged on a second export with those perturbed as well",)
    return (f"{found}: an artifact that lost them would compute the same",)


def run(session: Session, x: np.ndarray) -> np.ndarray:
    """Return the session's output for inputs, which are cast where that loses nothing."""
    if x.dtype.kind != "U" and x.dtype.name != session.input.dtype:
        cast = x.astype(session.input.dtype)
        if not np.array_equal(cast.astype(x.dtype), x):
            msg = f"the input's dtype is {session.input.dtype} where the model takes {x.dtype}"
            raise TypeError(msg)
        x = cast
    return session.run(x)


def reduced(subject: Subject, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge a variant in reduced precision by its criterion; return its record's fields."""
    pair = subject.pairs[0]
    notes: tuple[str, ...] = ()
    if subject.held_out.exists():
        sample = quality.load(subject.held_out)
    else:
        case = reference.load(pair.reference)[0]
        sample = Sample(x=case.x, own=case.own)
        notes = (f"judged on {case.name} inputs: the model came without data",)
    criterion = CRITERIA[cell.variant]
    session = load(pair.artifact, cell.device, threads())
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
