"""A comparison's files: JSON, Markdown, HTML."""

import json
from dataclasses import asdict
from pathlib import Path

from seqbench.comparison.runs import Comparison
from seqbench.comparison.tables import document
from seqbench.core.errors import InputError
from seqbench.core.files import check_place, write_text
from seqbench.reports.files import RENDERERS, write_document

SCHEMA = 1
"""Number of the JSON format. History: 1, the first (2026-11)."""

FORMATS = (*RENDERERS, ".json")


def check(out: Path | None) -> None:
    """Refuse a file of another format, or that cannot be written, before any work is done.

    Raises:
        InputError: the suffix is none of `FORMATS`, or the file cannot be written.

    """
    if out is not None and out.suffix not in FORMATS:
        msg = f"{out}: a comparison is written as one of {', '.join(FORMATS)}"
        raise InputError(msg)
    if out is not None:
        check_place(out)


def write(comparison: Comparison, out: Path) -> None:
    """Write a comparison; the file's suffix chooses the format.

    Raises:
        InputError: the suffix is none of `FORMATS`, or the file cannot be written.

    """
    check(out)
    if out.suffix == ".json":
        write_text(out, to_text(comparison))
    else:
        write_document(document(comparison), out)


def to_text(comparison: Comparison) -> str:
    """Return a comparison as JSON: an object, its cells flat as in records."""
    cells = [
        {
            **asdict(compared.cell),
            "verdict": compared.verdict,
            "aspects": [asdict(aspect) for aspect in compared.aspects],
        }
        for compared in comparison.cells
    ]
    whole = {"schema": SCHEMA, "verdict": comparison.verdict, **asdict(comparison), "cells": cells}
    return json.dumps(whole, indent=1, allow_nan=False) + "\n"
