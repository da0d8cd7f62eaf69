"""A run's report as a document: in full, and as the summary at the end of the run."""

from itertools import groupby

from seqbench import units
from seqbench.record import Status
from seqbench.report import compiled, details, matrices, panels, precision, problems
from seqbench.report.cells import MARKS
from seqbench.report.document import (
    Block,
    Count,
    Counts,
    Details,
    Document,
    Facts,
    Finding,
    Heading,
    Mark,
    Paragraph,
    Section,
    Tone,
    section,
)
from seqbench.report.rows import Report, headline

MATRIX_HINT = (
    "Each export ran in its own runtime. The error is the largest difference from the model's "
    "float64 twin; the smallest tolerance that would pass is the error itself."
)

PRECISION_HINT = (
    "A variant is meant to differ, so no tolerance judges it: it has to keep the signal over the "
    "noise, the top class and the scenario's metric, each variant by its own limits."
)

FOOTER = (
    "Medians come with distribution-free 95 % intervals; a p95 is shown only where the samples "
    "bound it."
)


def document(report: Report) -> Document:
    """Return all that is known of a run, failures on top."""
    started = f"Started {units.moment(report.started_at)} · " if report.started_at else ""
    when = f"{started}{units.duration(report.elapsed_s)} of work"
    counts = [
        Count(value=count, label=str(status), mark=MARKS[status])
        for status, count in report.counts.items()
    ]
    return Document(
        kind="report",
        title=report.run_name,
        outcome=headline(report),
        mark=_outcome(report),
        counts=Counts(caption="Cells by status", counts=tuple(counts)),
        notes=(Paragraph(text=when, tone=Tone.QUIET),),
        sections=_sections(report),
        footer=FOOTER,
    )


def summary(report: Report) -> Document:
    """Return what fits in a terminal: failures, then verdicts and latencies at a glance."""
    missing = (
        Finding(mark=MARKS[Status.UNAVAILABLE], title=", ".join(found.names), detail=found.reason)
        for found in report.missing
    )
    return Document(
        kind="report",
        title=report.run_name,
        outcome=headline(report),
        mark=_outcome(report),
        sections=section(
            "summary",
            "",
            *map(_failure, report.failures),
            matrices.verdicts(report, brief=True),
            *(matrices.latencies(report, size) for size in matrices.batch_sizes(report)),
            details.training_summary(report),
            matrices.sizes(report),
            precision.table(report),
            compiled.summary(report),
            *missing,
        ),
    )


def _outcome(report: Report) -> Mark:
    if report.failures:
        return MARKS[report.failures[0].status]
    return MARKS[Status.PASS if report.counts[Status.PASS] else Status.UNAVAILABLE]


def _sections(report: Report) -> tuple[Section, ...]:
    return (
        *section("failures", "What did not pass", *map(_failure, report.failures)),
        *section(
            "verdicts",
            "Verdicts",
            matrices.verdicts(report),
            Paragraph(text=MATRIX_HINT, tone=Tone.QUIET),
            Details(summary="Every verification", table=details.verdicts(report)),
        ),
        *section(
            "precision",
            "Reduced precision",
            Paragraph(text=PRECISION_HINT, tone=Tone.QUIET),
            precision.table(report),
        ),
        *section(
            "latency",
            "Latency",
            panels.latency(report),
            Details(summary="Every timing", table=details.latencies(report)),
        ),
        *section("training", "Training", details.training(report)),
        *section(
            "size",
            "Exports: size, speed and error",
            panels.tradeoff(report),
            Details(summary="Every export", table=details.exports(report)),
        ),
        *section("compiled", compiled.TITLE, compiled.table(report)),
        *section("machine", "The machine", *_machine(report)),
    )


def _failure(failure: problems.Failure) -> Finding:
    return Finding(
        mark=MARKS[failure.status],
        title=failure.model,
        detail="; ".join(map(problems.doing, failure.cells)),
        reason=failure.reason,
        commands=failure.commands,
    )


def _machine(report: Report) -> list[Block]:
    """What is not there, and the facts of what is, each group under its heading."""
    blocks: list[Block] = [Heading(text="Not available here")] if report.missing else []
    blocks += [
        Finding(
            mark=MARKS[Status.UNAVAILABLE],
            title=", ".join(found.names),
            detail=f"{found.cells} cell{'s' if found.cells != 1 else ''}",
            reason=found.reason,
        )
        for found in report.missing
    ]
    for group, facts in groupby(report.machine, lambda fact: fact.group):
        blocks += [Heading(text=group)] if group else []
        blocks.append(Facts(facts=tuple((fact.name, fact.value) for fact in facts)))
    return blocks
