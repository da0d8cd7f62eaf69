"""The command `seqbench history`."""

from pathlib import Path

import click

from seqbench.cli import options, output


@click.command()
@click.argument("runs_folder", type=options.PATH, default="results")
@click.option("--cell", "pattern", help="Only cells whose keys hold this regular expression.")
@options.out_file("File: .html, with charts.")
@output.command
def history(runs_folder: Path, pattern: str | None, out: Path | None) -> None:
    """Show each timed cell's median over the runs in RUNS_FOLDER (default: results)."""
    from seqbench.reports.history import lines, page

    found = lines.gather(runs_folder, pattern)
    for line in found.unreadable:
        click.echo(f"seqbench: {line}", err=True)
    if out is not None:
        page.write(found, out)
    output.show_document(page.summary(found))
