"""Whether an artifact still is the model, in the runtime that its users have."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.core.record import Cell, Status
from seqbench.machine.host import available_threads
from seqbench.runtimes import Load, Session
from seqbench.runtimes.layout import in_models_order
from seqbench.targets import TARGETS
from seqbench.targets.frozen import INPUT, OUTPUT
from seqbench.verdict import quality, reference
from seqbench.verdict.inputs.suite import ROWS, UNIT, plausible
from seqbench.verdict.judge import Declaration, Judgement, ask, judge
from seqbench.verdict.perturb.weights import ROUNDINGS
from seqbench.verdict.quality import CRITERIA, HELD_OUT, Sample


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
        never_masked: layers that mask steps, and mask none of any input of the suite.
        declaration: what the delivered one must declare; None where somebody else made it, and for
            Keras itself.
        held_out: the file of the sample by which reduced precision is judged, which may be missing.
        given: whether the artifact may be anybody's.
        trained: whether the model was trained from its scenario before it was judged by.

    """

    model: str
    variant: str
    seed: int
    pairs: tuple[Pair, ...]
    fresh: tuple[str, ...]
    never_masked: tuple[str, ...]
    declaration: Declaration | None
    held_out: Path
    given: bool
    trained: bool = False


def verify_plain(
    subject: Subject, load: Load, cell: Cell, say: reference.Say = lambda _: None
) -> dict[str, Any]:
    """Judge artifacts by the float64 twin's answers; return the fields of their one record."""
    lacks = TARGETS[cell.target].lacks if cell.target else {}
    judgements: list[Judgement] = []
    ran_on = cell.device
    facts: dict[str, Any] = {}
    told: tuple[str, ...] = ()
    asked: list[reference.ReferenceCase] = []
    for pair in subject.pairs:
        known = reference.load(pair.reference)
        asked = asked or known
        cases = [reference.as_format_has_it(case, lacks) for case in known]
        with closing(load(pair.artifact, cell.device, available_threads())) as loaded:
            session = loaded
            if subject.given:
                session = of_another_tool(loaded, cases[0].x, cases[0].own)
            declaration = None if judgements else subject.declaration
            judgements.append(judge(session, cases, declaration, say))
            ran_on, facts = session.ran_on, dict(session.facts)
            told = _notes(session, subject)
    worst = max((found.worst for found in judgements), key=lambda difference: difference.weight)
    reason = worst.reason or next((found.broken for found in judgements if found.broken), None)
    if reason is not None and facts.get("narrow"):
        reason += (
            f"\nthe file holds {', '.join(facts['narrow'])} numbers in place of float32: if that "
            "is meant, judge it with --variant int8, or int8-weights where they are weights alone"
        )
    delivered, *copies = judgements
    return {
        "status": Status.PASS if reason is None else Status.FAIL,
        "reason": reason,
        "max_abs_error": worst.max_abs_error,
        "tolerance": worst.tolerance,
        "error_ratio": worst.max_abs_error / worst.own_error if worst.own_error else None,
        "ran_on": ran_on,
        "notes": (
            *told,
            *_about_fresh(subject.fresh, judged_apart=bool(copies)),
            *_about_masks(subject.never_masked),
            *_about_few(asked),
        ),
        "details": {
            "worst_case": worst.case,
            "perturbed": worst not in delivered.differences,
            "channel": worst.channel,
            "weights": _weights(delivered),
            "asked": _asked(asked),
            "perturbed_weights": [_weights(copy) for copy in copies],
            "runtime": facts,
        },
    }


def of_another_tool(loaded: Session, x: np.ndarray, own: np.ndarray) -> Session:
    """Return a session of anybody's artifact that takes and gives axes in the model's order.

    Args:
        loaded: the artifact.
        x: inputs of the model, shape (rows, ...).
        own: the model's answer to them, shape (rows, ...).

    Raises:
        LoadError: its input is in no order that the model's can be brought to.

    """
    numbers = x.dtype.kind != "U" and own.dtype.kind != "U"
    return in_models_order(loaded, x, own) if numbers else loaded


def _notes(session: Session, subject: Subject) -> tuple[str, ...]:
    """Return what a reader should know of how an artifact was asked."""
    if not subject.given:
        return session.notes
    names, shape = (session.input.name, session.output.name), session.input.shape
    notes = [*session.notes]
    if shape and shape[0] is not None:
        notes.append(f"fixed batch of {shape[0]}: other numbers of rows are asked in several calls")
    if names != (INPUT, OUTPUT):
        notes.append(f"its input is called {names[0]!r}, its output {names[1]!r}")
    if subject.trained:
        notes.append(
            "judged by a model that its scenario trained anew: if the file is of an earlier "
            "training, give the saved model, or a scenario with epochs=0"
        )
    return tuple(notes)


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


def _about_masks(never_masked: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"layer {name!r} masked no step of any input that was judged: no such input was found, "
        "give a scenario with data that has masked steps"
        for name in never_masked
    )


def _asked(cases: Sequence[reference.ReferenceCase]) -> dict[str, int]:
    """Return how much the artifact was asked, and how often its model's twin was run rounded."""
    rows = sum(len(case.x) for case in cases)
    return {"batches": len(cases), "rows": rows, "rounded_runs": cases[0].roundings}


def _about_few(cases: Sequence[reference.ReferenceCase]) -> tuple[str, ...]:
    if cases[0].roundings >= ROUNDINGS and max(len(case.x) for case in cases) >= ROWS:
        return ()
    asked = _asked(cases)
    note = f"asked {asked['rows']} rows in {asked['batches']} batches, its twin run rounded "
    return (f"{note}{asked['rounded_runs']} times: more of this model would cost too much",)


def verify_reduced(subject: Subject, load: Load, cell: Cell) -> dict[str, Any]:
    """Judge a variant in reduced precision by its criterion; return its record's fields."""
    artifact, variant = subject.pairs[0].artifact, TARGETS[cell.target or ""].variants[cell.variant]
    samples = _samples(subject, calibrated=variant.calibrated)
    criterion = CRITERIA[cell.variant]
    if samples[0].name != HELD_OUT:
        criterion = criterion.on_made_up_inputs(calibrated=variant.calibrated)
    with closing(load(artifact, cell.device, available_threads())) as loaded:
        first = samples[0]
        session = of_another_tool(loaded, first.x, first.own) if subject.given else loaded
        found = [
            (quality.assess_quality(sample, ask(session, sample.x), criterion), sample)
            for sample in samples
        ]
        ran_on, facts = session.ran_on, dict(session.facts)
        told = _notes(session, subject)
    worst, sample = min(found, key=lambda pair: pair[0].rank)
    reason = worst.reason
    if reason is not None and sample.name != HELD_OUT:
        reason = f"on {sample.name} inputs, {_span(sample.x)}: {reason}"
    if not variant.holds(artifact):
        plain = f"{artifact.name} is no {cell.variant}: it holds no {variant.narrow}"
        reason = plain if reason is None else f"{plain}; {reason}"
    return {
        "status": Status.PASS if reason is None else Status.FAIL,
        "reason": reason,
        "max_abs_error": worst.max_abs_error,
        "metrics": worst.metrics,
        "ran_on": ran_on,
        "notes": (*told, *_about_samples(samples)),
        "details": {
            "snr_db": worst.snr_db,
            "varying_db": worst.varying_db,
            "agreement": worst.agreement,
            "own_metrics": worst.own_metrics,
            "limits": worst.limits,
            "not_asked": worst.not_asked,
            "judged_on": sample.name,
            "rows": len(sample.x),
            "runtime": facts,
        },
    }


def _samples(subject: Subject, *, calibrated: bool) -> list[Sample]:
    """Return what a variant is judged on: held-out data, or else what a user's could be like."""
    if subject.held_out.exists():
        return [reference.load_sample(subject.held_out)]
    cases = {case.name: case for case in reference.load(subject.pairs[0].reference)}
    names = plausible(cases, calibrated=calibrated) or cases
    return [Sample(x=cases[name].x, own=cases[name].own, name=name) for name in names]


def _about_samples(samples: Sequence[Sample]) -> tuple[str, ...]:
    """Return what is to be said of inputs that were made up."""
    first = samples[0]
    if first.name == HELD_OUT:
        return ()
    names = ", ".join(f"{sample.name} inputs ({_span(sample.x)})" for sample in samples)
    said = f"judged on {names}: the model came without data, so its labels were not asked"
    if first.name == UNIT:
        said += "; no layer tells what its inputs are, so these may be none of yours"
    return (said,)


def _span(x: np.ndarray) -> str:
    """Return in words what inputs there are; their ends to three digits of the larger one."""
    rows = f"{len(x)} rows"
    if x.dtype.kind == "U":
        return rows
    low, high = float(x.min()), float(x.max())
    digits = 2 - int(np.floor(np.log10(max(abs(low), abs(high), 1e-9))))
    return f"{rows} from {round(low, digits) + 0:g} to {round(high, digits) + 0:g}"
