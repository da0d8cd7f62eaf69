"""Records to rows: everything that a report says, as values; the renderers only write it down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqbench.core.limits import Limits, parse_limits
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports import clean, measured, problems
from seqbench.reports.card.candidates import candidates
from seqbench.reports.card.places import Card, cards
from seqbench.reports.document import Facts
from seqbench.reports.machine import facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All rows of a run, in the order in which its cells ran.

    Attributes:
        run_name: the name of the run.
        cards: what to choose for each model that was exported or judged.
        started_at: ISO 8601 time of the first cell, UTC.
        elapsed_s: all cells' durations together.
        counts: cells by status, all five statuses.
        failures: what did not pass, wrong numbers first.
        missing: what is unavailable here, by reason.
        verdicts: verifications.
        latencies: inferences, but for what is unavailable here.
        training: training steps, but for what is unavailable here.
        exports: records of exports.
        compiled: programs compiled for chips, but for what is unavailable here.
        tradeoffs: artifacts with size, speed and error.
        machine: where it ran.
        records: every cell, in the order in which they ran; those that never ran are errors.

    """

    run_name: str
    cards: tuple[Card, ...]
    started_at: str | None
    elapsed_s: float
    counts: dict[Status, int]
    failures: tuple[problems.Failure, ...]
    missing: tuple[problems.Missing, ...]
    verdicts: tuple[measured.Verdict, ...]
    latencies: tuple[measured.Timed, ...]
    training: tuple[measured.Timed, ...]
    exports: tuple[Record, ...]
    compiled: tuple[Record, ...]
    tradeoffs: tuple[measured.Tradeoff, ...]
    machine: tuple[Facts, ...]
    records: tuple[Record, ...]


def build(
    records: Sequence[Record],
    run_name: str,
    planned: Sequence[Cell] = (),
    repeat: problems.Repeat | None = None,
) -> Report:
    """Return the report of one run.

    Args:
        records: what was seen.
        run_name: the run's name.
        planned: cells that were to be done; those without a record are errors in the report.
        repeat: what the commands that repeat cells take over from the run.

    """
    all_cells = [*records, *problems.never_ran(records, planned)]
    seen = sorted(map(clean.record, all_cells), key=_order)
    of = {kind: [record for record in seen if record.cell.kind == kind] for kind in Kind}
    verdicts = tuple(map(measured.verdict, of[Kind.VERIFY]))
    here = {kind: [it for it in of[kind] if it.status != Status.UNAVAILABLE] for kind in Kind}
    latencies = measured.related(map(measured.timed, here[Kind.INFER]))
    return Report(
        run_name=clean.text(run_name),
        cards=cards(
            seen,
            candidates(of[Kind.EXPORT], verdicts, latencies),
            repeat or problems.Repeat(),
            _limits(seen),
        ),
        started_at=min((record.started_at for record in seen if record.started_at), default=None),
        elapsed_s=sum(record.elapsed_s or 0 for record in seen),
        counts={status: sum(record.status == status for record in seen) for status in Status},
        failures=problems.failures(seen, repeat),
        missing=problems.missing(seen),
        verdicts=verdicts,
        latencies=latencies,
        training=tuple(map(measured.timed, here[Kind.TRAIN])),
        exports=tuple(of[Kind.EXPORT]),
        compiled=(*here[Kind.COMPILE], *here[Kind.COMPILE_TRAIN]),
        tradeoffs=measured.tradeoffs(of[Kind.EXPORT], verdicts, latencies),
        machine=facts(map(measured.machine, seen)),
        records=tuple(seen),
    )


def _limits(records: Sequence[Record]) -> Mapping[str, Limits]:
    """Return the budget of each model that has one, as its records say."""
    told = {it.cell.model: it.details["budget"] for it in records if it.details.get("budget")}
    return {model: parse_limits(str(text)) for model, text in told.items()}


def _order(record: Record) -> tuple[bool, str]:
    """What could be used here comes first, in the order in which it ran."""
    return record.status == Status.UNAVAILABLE, record.started_at or "~"


def headline(report: Report) -> str:
    """Return the run's result in one sentence."""
    total, missing = sum(report.counts.values()), report.counts[Status.UNAVAILABLE]
    if not total:
        return "No cell ran"
    here = total - missing
    apart = f"; {missing} unavailable here" if missing else ""
    broken = sum(report.counts[status] for status in problems.BROKEN)
    if broken:
        return f"{broken} of {here} cells did not pass{apart}"
    if not here:
        return f"Nothing could run: {missing} cells unavailable here"
    return f"All {here} cells passed{apart}"
