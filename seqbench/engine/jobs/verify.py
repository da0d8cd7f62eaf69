"""Whether an artifact still is the model, in the runtime that its users have."""

from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seqbench.core.record import Cell, Status
from seqbench.machine.host import available_threads
from seqbench.runtimes import Load
from seqbench.targets import TARGETS
from seqbench.verdict import quality, reference
from seqbench.verdict.judge import Declaration, Judgement, ask, judge
from seqbench.verdict.quality import CRITERIA, Sample


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
        declaration: what the delivered one must declare; None where somebody else made it.
        held_out: the file of the sample by which reduced precision is judged, which may be missing.

    """

    model: str
    variant: str
    seed: int
    pairs: tuple[Pair, ...]
    fresh: tuple[str, ...]
    declaration: Declaration | None
    held_out: Path


def verify_plain(subject: Subject, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge artifacts by the float64 twin's answers; return the fields of their one record."""
    lacks = TARGETS[cell.target].lacks if cell.target else {}
    judgements: list[Judgement] = []
    ran_on, facts = cell.device, {}
    for pair in subject.pairs:
        cases = [reference.as_format_has_it(case, lacks) for case in reference.load(pair.reference)]
        with closing(load(pair.artifact, cell.device, available_threads())) as session:
            declaration = None if judgements else subject.declaration
            judgements.append(judge(session, cases, declaration))
            ran_on, facts = session.ran_on, dict(session.facts)
    worst = max((found.worst for found in judgements), key=lambda difference: difference.weight)
    reason = worst.reason or next((found.broken for found in judgements if found.broken), None)
    delivered, *copies = judgements
    return {
        "status": Status.PASS if reason is None else Status.FAIL,
        "reason": reason,
        "max_abs_error": worst.max_abs_error,
        "tolerance": worst.tolerance,
        "error_ratio": worst.max_abs_error / worst.own_error if worst.own_error else None,
        "ran_on": ran_on,
        "notes": _about_fresh(subject.fresh, judged_apart=bool(copies)),
        "details": {
            "worst_case": worst.case,
            "perturbed": worst not in delivered.differences,
            "channel": worst.channel,
            "weights": _weights(delivered),
            "perturbed_weights": [_weights(copy) for copy in copies],
            "runtime": facts,
        },
    }


def _weights(judgement: Judgement) -> dict[str, float]:
    """Return the error of each case in units of its tolerance."""
    return {difference.case: difference.weight for difference in judgement.differences}


def _about_fresh(fresh: tuple[str, ...], *, judged_apart: bool) -> tuple[str, ...]:
    if not fresh:
        return ()
    found = f"{len(fresh)} weights look fresh (all zero or one: {', '.join(fresh[:3])}"
    found += ", ...)" if len(fresh) > 3 else ")"
    if judged_apart:
        return (f"{found}: judged on a second export with those perturbed as well",)
    return (f"{found}: an artifact that lost them would compute the same",)


def verify_reduced(subject: Subject, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge a variant in reduced precision by its criterion; return its record's fields."""
    pair = subject.pairs[0]
    notes: tuple[str, ...] = ()
    if subject.held_out.exists():
        sample, judged_on = reference.load_sample(subject.held_out), "held-out"
    else:
        case = reference.load(pair.reference)[0]
        sample, judged_on = Sample(x=case.x, own=case.own), case.name
        notes = (f"judged on {case.name} inputs: the model came without data",)
    criterion = CRITERIA[cell.variant]
    with closing(load(pair.artifact, cell.device, available_threads())) as session:
        found = quality.assess_quality(sample, ask(session, sample.x), criterion)
        ran_on, facts = session.ran_on, dict(session.facts)
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
            "judged_on": judged_on,
            "rows": len(sample.x),
            "runtime": facts,
        },
    }
