"""A run's report as a document: in full, and as the summary at the end of the run."""

from seqbench.core import units
from seqbench.core.record import PLAIN, Status
from seqbench.reports import compiled, details, matrices, notes, panels, precision, problems
from seqbench.reports import document as doc
from seqbench.reports.card import view
from seqbench.reports.cells import MARKS
from seqbench.reports.document import section
from seqbench.reports.rows import Report, headline

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


def document(report: Report) -> doc.Document:
    """Return all that is known of a run, failures on top."""
    started = f"Started {units.moment(report.started_at)} · " if report.started_at else ""
    when = f"{started}{units.duration(report.elapsed_s)} of work"
    verifications = doc.Details(summary="Every verification", table=details.verdicts(report))
    timings = doc.Details(summary="Every timing", table=details.latencies(report))
    exports = doc.Details(summary="Every export", table=details.exports(report))
    return doc.Document(
        kind="report",
        title=report.run_name,
        outcome=headline(report),
        mark=_outcome(report),
        counted="Cells by status",
        counts=tuple(
            doc.Count(value=count, label=str(status), mark=MARKS[status])
            for status, count in report.counts.items()
        ),
        notes=(*disturbances(report), _quiet(when)),
        sections=(
            *section("answer", view.title(report.cards), *view.blocks(report.cards)),
            *section("failures", "What did not pass", *map(_failure, report.failures)),
            *section(
                "verdicts",
                "Verdicts",
                matrices.verdicts(report),
                _quiet(MATRIX_HINT),
                verifications,
            ),
            *section(
                "precision",
                "Reduced precision",
                _quiet(PRECISION_HINT),
                precision.tabulate_variants(report),
                *notes.notes(it for it in report.records if it.cell.variant != PLAIN),
            ),
            *section("latency", "Latency", panels.latency(report), timings),
            *section("training", "Training", details.training(report)),
            *section("size", "Exports: size, speed and error", panels.tradeoff(report), exports),
            *section("compiled", compiled.TITLE, compiled.tabulate_programs(report)),
            *section("machine", "The machine", *map(_missing, report.missing), *report.machine),
        ),
        footer=FOOTER,
    )


def summary(report: Report, *, where: bool = False) -> doc.Document:
    """Return what fits in a terminal: failures, then verdicts and latencies at a glance.

    Args:
        report: the run's.
        where: whether the paths of exported files are said too.

    """
    return doc.Document(
        kind="report",
        title=report.run_name,
        outcome=headline(report),
        mark=_outcome(report),
        notes=disturbances(report),
        sections=(
            *section(
                "summary",
                "",
                *map(_failure, report.failures),
                matrices.verdicts(report, brief=True),
                *(matrices.latencies(report, size) for size in matrices.batch_sizes(report)),
                details.training_summary(report),
                matrices.sizes(report),
                precision.tabulate_variants(report),
                compiled.summary(report),
                *notes.notes(report.records),
                *(notes.files(report.exports) if where else ()),
                *map(_missing, report.missing),
            ),
            *section("answer", view.title(report.cards), *view.blocks(report.cards, brief=True)),
        ),
    )


def disturbances(report: Report) -> tuple[doc.Paragraph, ...]:
    """Return a warning where timings were disturbed or warm-ups did not settle; none elsewhere."""
    rows = [row.record for row in (*report.latencies, *report.training) if row.median]
    loads = [record.foreign_cpus for record in rows if record.foreign_cpus]
    unsettled = sum(record.unsettled > 0 for record in rows)
    found = []
    if loads:
        found.append(
            f"other programs used up to {max(loads):.1f} CPUs during {len(loads)} of {len(rows)} "
            "timings"
        )
    if unsettled:
        found.append(f"{unsettled} warm-up{'s' if unsettled > 1 else ''} did not settle")
    if not found:
        return ()
    shape = doc.Shape.UP.value
    text = (
        f"{shape} Do not trust every time: {', and '.join(found)}. They are marked {shape}; end "
        "other programs and time them again, best with --full."
    )
    return (doc.Paragraph(text=text, tone=doc.Tone.CAUTION),)


def _outcome(report: Report) -> doc.Mark:
    if report.failures:
        return MARKS[report.failures[0].status]
    return MARKS[Status.PASS if report.counts[Status.PASS] else Status.UNAVAILABLE]


def _quiet(text: str) -> doc.Paragraph:
    return doc.Paragraph(text=text, tone=doc.Tone.QUIET)


def _failure(failure: problems.Failure) -> doc.Finding:
    return doc.Finding(
        mark=MARKS[failure.status],
        title=failure.model,
        detail="; ".join(map(problems.doing, failure.cells)),
        reason=failure.reason,
        commands=failure.commands,
    )


def _missing(missing: problems.Missing) -> doc.Finding:
    many = f"{missing.cells} cell{'s' if missing.cells != 1 else ''}"
    names = f"{', '.join(missing.names)} ({many})"
    return doc.Finding(mark=MARKS[Status.UNAVAILABLE], title=names, detail=missing.reason)
