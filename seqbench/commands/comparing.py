"""The commands that say what became better or worse."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING

import click

from seqbench import console

if TYPE_CHECKING:
    from pathlib import Path

    from seqbench.compare.runs import Comparison

min_effect = click.option(
    "--min-effect",
    type=float,
    default=0.02,
    show_default=True,
    help="The smallest change that matters, as a part of one.",
)
out = click.option("--out", type=console.PATH, help="File: .html, .md or .json.")
json_file = click.option("--json", "json_file", help="Write JSON to this file (- for stdout).")


@click.command()
@click.argument("base", type=console.PATH)
@click.argument("head", type=console.PATH)
@min_effect
@out
@json_file
@console.command
def compare(
    base: Path, head: Path, min_effect: float, out: Path | None, json_file: str | None
) -> int:
    """Compare two runs' folders: what is better or worse in HEAD than in BASE.

    Each cell is worse, better, same or inconclusive: times by the interval of the ratio of medians,
    statuses, sizes and held-out metrics by their own rules. Exit status 1 where any is worse.
    """
    from seqbench.compare import files, runs

    files.check(out)
    return _show(runs.compare(base, head, min_effect=min_effect), out, json_file)


def _show(comparison: Comparison, out: Path | None, json_file: str | None) -> int:
    """Print and write a comparison; return the exit status."""
    from seqbench.compare import files, tables
    from seqbench.compare.verdicts import Verdict

    if out is not None:
        files.write(comparison, out)
    console.write_text(files.dumps(comparison) if json_file else "", json_file)
    if json_file != "-":
        console.show(tables.terminal(comparison))
    return int(comparison.verdict is Verdict.WORSE)
