"""Text from records is untrusted: it may hold colour codes, control characters, anything."""

import re
from dataclasses import replace

from seqbench.core.record import Record

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Controls except newline, the marks that turn the direction of the text around them, and what
# XML cannot hold.
_CONTROLS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(raw: str) -> str:
    """Return text that is safe to print anywhere; each renderer still escapes its own markup."""
    plain = _ANSI.sub("", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", plain)


def text(raw: str) -> str:
    """Return text that is safe to print anywhere, without spaces and line breaks around it."""
    return printable(raw).strip()


def record(raw: Record) -> Record:
    """Return the record with clean texts."""
    cell = raw.cell
    return replace(
        raw,
        cell=replace(
            cell,
            model=text(cell.model),
            target=_maybe(cell.target),
            runtime=_maybe(cell.runtime),
            device=text(cell.device),
            variant=text(cell.variant),
        ),
        reason=_maybe(raw.reason),
        notes=tuple(text(note) for note in raw.notes),
        artifact=_maybe(raw.artifact),
        ran_on=_maybe(raw.ran_on),
        metrics={text(name): value for name, value in raw.metrics.items()},
    )


def _maybe(raw: str | None) -> str | None:
    return None if raw is None else text(raw)
