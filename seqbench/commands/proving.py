"""The command that proves every layer."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING

import click

from seqbench import console
from seqbench.commands import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option(
    "--only", metavar="PATTERN", help="Only cases whose names hold this regular expression."
)
@options.targets
@options.out_folder("The walk's folder; goes on with it.")
@click.option("--baseline", type=console.PATH, help="What to hold it against.")
@options.json_file("Write the statuses as a baseline (- for stdout).")
@console.command
def coverage(
    only: str | None,
    targets: tuple[str, ...] | None,
    out: Path | None,
    baseline: Path | None,
    json_file: str | None,
) -> int:
    """Export every layer of Keras in its usual configurations, and verify each on every target.

    Exit status 1 where a case is worse than in the baseline, or Keras has an unknown layer.
    """
    from seqbench.coverage import baseline as baselines
    from seqbench.coverage import command, pages
    from seqbench.naming import new_run
    from seqbench.progress import shown

    with shown() as observer:
        outcome = command.coverage(
            out or new_run(), observer, only, targets, baseline or baselines.COMMITTED
        )
    if json_file == "-":
        console.say(baselines.dumps(outcome.classes), nl=False)
        return 0 if outcome.passed else 1
    if json_file is not None:
        baselines.write(outcome.classes, console.PATH.convert(json_file))
    console.show_document(pages.summary(outcome.walked))
    console.say(f"tables: {outcome.page}")
    return 0 if outcome.passed else 1
