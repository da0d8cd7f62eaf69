"""Records as the functions of seqbench return them: a sequence that can say what it holds."""

import html
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from seqbench.core.errors import InputError, NotPassed
from seqbench.core.record import HARMLESS, Record, Status
from seqbench.reports.files import RENDERERS, write_document
from seqbench.reports.html import render_html
from seqbench.reports.rows import build
from seqbench.reports.run import document, summary

FRAME_HEIGHT = 480
"""Pixels of the page in a notebook; it scrolls."""


class Records(tuple[Record, ...]):
    """The records of all cells of a run, an export or a verification.

    In a notebook it shows itself as the summary that the command line ends with.
    """

    __slots__ = ()

    def __new__(cls, records: Iterable[Record] = ()) -> "Records":
        """Make it of records, in their order."""
        return super().__new__(cls, records)

    @property
    def ok(self) -> bool:
        """Whether a cell passed and none is a `fail`, an `error` or `unsupported`."""
        statuses = {record.status for record in self}
        return Status.PASS in statuses and statuses <= HARMLESS

    def raise_for_failures(self) -> None:
        """Do nothing where `ok`.

        Raises:
            NotPassed: it is not; the message has a line for each cell that did not pass.

        """
        if self.ok:
            return
        bad = [record for record in self if record.status not in HARMLESS] or list(self)
        lines = [f"{it.cell.key}: {it.status}: {it.reason}" for it in bad]
        raise NotPassed("\n".join(lines or ["there is no cell: nothing ran"]))

    def report(self, out: str | Path) -> Path:
        """Write the whole report and return its file, `.html` or `.md`.

        Raises:
            InputError: it has another suffix, or cannot be written.

        """
        path = Path(out)
        if path.suffix not in RENDERERS:
            msg = f"{path}: expected a file ending in {' or '.join(RENDERERS)}"
            raise InputError(msg)
        write_document(document(build(self, path.stem)), path)
        return path

    def __repr__(self) -> str:
        """Return how many cells there are, and how they ended."""
        counts = Counter(record.status for record in self)
        ends = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        return f"<Records of {len(self)} cells: {ends or 'none'}>"

    def _repr_html_(self) -> str:
        """Return the summary for a notebook: a page in a frame, whose style stays its own."""
        page = render_html(summary(build(self, "records")))
        return (
            f'<iframe srcdoc="{html.escape(page)}" title="seqbench" '
            f'style="width:100%;height:{FRAME_HEIGHT}px;border:0"></iframe>'
        )
