"""The command `seqbench report`."""

from pathlib import Path

import click

from seqbench.cli import options, output


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
