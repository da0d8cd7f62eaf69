"""The command `seqbench report`."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING

import click

from seqbench.cli import options, output

if TYPE_CHECKING:
    from pathlib import Path


@click.command("report")
@click.argument("run", type=options.PATH)
@click.option(
    "--format",
    "form",
    help="One of html,markdown,json,pytest-benchmark,junit (default: html and markdown).",
)
@options.out_file("The file; without --format its suffix chooses.")
@output.command
def report_(run: Path, form: str | None, out: Path | None) -> None:
    """Write the report of RUN again, from its records, and print the file's name."""
    from seqbench import reports

    output.say(str(reports.write(run, out, form)))
