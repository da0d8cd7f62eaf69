"""The walk as a document, and its files."""

from collections.abc import Iterator
from pathlib import Path

from seqbench.core.errors import InputError
from seqbench.core.files import replace_text
from seqbench.reports.document import Count, Details, Document, Paragraph, Tone, section
from seqbench.reports.fields import Field, tabulate, text
from seqbench.reports.files import RENDERERS
from studies.layers.table import Walked

NAME = "coverage"
"""Stem of the files in the walk's folder."""

TITLE = "Every layer, on every target"


def write(walked: Walked, folder: Path) -> Path:
    """Write `coverage.html` and `coverage.md` into the folder; return the former.

    Raises:
        InputError: they cannot be written.

    """
    page = folder / f"{NAME}.html"
    whole = document(walked)
    try:
        for path in (page.with_suffix(".md"), page):
            replace_text(path, RENDERERS[path.suffix](whole))
    except OSError as error:
        raise InputError(f"cannot write {page}: {error.strerror}") from error
    return page


def document(walked: Walked) -> Document:
    """Return everything about a walk."""
    counts = tuple(
        Count(value=passed, label=f"of {total} {target}")
        for target, (passed, total) in walked.totals.items()
    )
    size = (
        f"{len(walked.layers.rows)} layers and activations in {len(walked.cases.rows)} cases, "
        f"{len(walked.excluded)} names left out"
    )
    why: Field[str] = text("Why", str)
    excluded = tabulate("Names that no case covers", [why], walked.excluded.items(), head="Name")
    return Document(
        kind="coverage",
        title=TITLE,
        counted="Cases that pass, by target",
        counts=counts,
        notes=(Paragraph(text=size, tone=Tone.QUIET),),
        sections=(
            *section("differences", "Other than expected", *differences(walked)),
            *section("failed", "What does not pass", walked.failed),
            *section("layers", "Layers and activations", walked.layers),
            *section("excluded", "Left out", excluded),
            *section("cases", "Cases", Details(summary="Every case", table=walked.cases)),
        ),
    )


def summary(walked: Walked) -> Document:
    """Return what is said at the end: the totals, then what differs from the baseline."""
    totals = tuple(
        Paragraph(text=f"{target}: {passed} of {total} cases pass ({passed / total:.1%})")
        for target, (passed, total) in walked.totals.items()
    )
    return Document(kind="coverage", title=TITLE, notes=(*totals, *differences(walked)))


def differences(walked: Walked) -> Iterator[Paragraph]:
    """Yield a line for each name that nothing here knows of, and for each drift."""
    for name in walked.unlisted:
        new = f"NEW in Keras: {name} is neither covered nor left out"
        yield Paragraph(text=new, tone=Tone.BAD)
    for drift in walked.drifts:
        yield Paragraph(text=str(drift), tone=Tone.BAD if drift.worse else Tone.GOOD)
