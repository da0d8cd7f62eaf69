"""The report of a run's folder, and its files."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from seqbench.core import codec, store
from seqbench.core.errors import InputError
from seqbench.core.files import check_place, replace_text, write_text
from seqbench.core.names import known
from seqbench.core.record import Cell, Record, encode
from seqbench.reports.card.values import values
from seqbench.reports.document import Document
from seqbench.reports.html import render_html
from seqbench.reports.junit import render_junit
from seqbench.reports.markdown import render_markdown
from seqbench.reports.problems import Repeat, never_ran
from seqbench.reports.pytest_benchmark import render_pytest_benchmark
from seqbench.reports.rows import Report, build
from seqbench.reports.run import document


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a form is made of: the report, the records as they are, and the one document."""

    report: Report
    records: list[Record]

    @cached_property
    def document(self) -> Document:
        """The report in full; its charts take a while, so that it is made once for all forms."""
        return document(self.report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A form in which a run is written down.

    Attributes:
        filename: what the file is called in the run's folder.
        text: makes it.

    """

    filename: str
    text: Callable[[Run], str]


def _write_json(run: Run) -> str:
    """Return the cards and the records as one JSON object."""
    whole = {"cards": values(run.report.cards), "records": list(map(encode, run.records))}
    return json.dumps(codec.without_nan(whole), indent=1, allow_nan=False) + "\n"


FORMATS = {
    "html": Format(filename="report.html", text=lambda run: render_html(run.document)),
    "markdown": Format(filename="report.md", text=lambda run: render_markdown(run.document)),
    "json": Format(filename="report.json", text=_write_json),
    "pytest-benchmark": Format(
        filename="pytest-benchmark.json",
        text=lambda run: render_pytest_benchmark(run.report.records),
    ),
    "junit": Format(filename="junit.xml", text=lambda run: render_junit(run.report)),
}
"""Every form by its name."""

RENDERERS = {".html": render_html, ".md": render_markdown}
"""What renders any document into a file of a suffix."""

SUFFIXES = {".html": "html", ".md": "markdown", ".json": "json", ".xml": "junit"}
"""The form of a file where none is named."""


def write(run: Path, out: Path | None = None, form: str | None = None) -> Path:
    """Write the report of a run, finished or not, and return the file.

    Args:
        run: the run's folder.
        out: the file to write. Where it is not given, the form's own name in the run's folder.
        form: one of `FORMATS`. Where it is not given, the suffix of `out` chooses; where that is
            not given either, `report.md` and `report.html` are written, the latter is returned.

    Raises:
        InputError: it is no run's folder, the form or the suffix is unknown, or the file cannot
            be written.

    """
    files = _files(run, out, form)
    if out is not None:
        check_place(out)
    records = store.read_records(run)
    planned, repeat = _plan(run)
    report = build(records, run.resolve().name, planned, repeat)
    whole = Run(report=report, records=[*records, *never_ran(records, planned)])
    for path, name in files.items():
        text = FORMATS[name].text(whole)
        if out is not None:
            write_text(out, text)
            continue
        try:
            replace_text(path, text)
        except OSError as error:
            msg = f"cannot write the report {path}: {error.strerror}"
            raise InputError(msg) from error
    return path


def write_document(view: Document, out: Path) -> None:
    """Write a document; the file's suffix, one of `RENDERERS`, chooses the form.

    Raises:
        InputError: the file cannot be written.

    """
    write_text(out, RENDERERS[out.suffix](view))


def _files(run: Path, out: Path | None, form: str | None) -> dict[Path, str]:
    """Return the form of each file that is to be written."""
    if form is not None:
        known("format", form, FORMATS)
    if out is None:
        names = [form] if form else ["markdown", "html"]
        return {run / FORMATS[name].filename: name for name in names}
    if form is None and out.suffix not in SUFFIXES:
        expected = ", ".join(SUFFIXES)
        msg = (
            f"{out}: a report is written as one of {expected}, not as {out.suffix or 'a folder'!r};"
            " or name a --format"
        )
        raise InputError(msg)
    return {out: form or SUFFIXES[out.suffix]}


def load(run: Path) -> Report:
    """Return the report of a run's folder, finished or not.

    Raises:
        InputError: it is no run's folder, or a record cannot be read.

    """
    records = store.read_records(run)
    return build(records, run.resolve().name, *_plan(run))


def _plan(run: Path) -> tuple[tuple[Cell, ...], Repeat]:
    """Return the cells that the run was to do, and what commands that repeat them take over."""
    plan = store.read_plan(run, _Plan)
    return plan.cells, replace(plan.repeat, specs=plan.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a report takes from the plan of a run."""

    cells: tuple[Cell, ...]
    sources: dict[str, str]
    repeat: Repeat = field(default_factory=Repeat)
