"""`python -m studies.layers`: every layer of Keras, verified on every target."""

from pathlib import Path

import click

from seqbench.cli import options, output
from seqbench.cli.progress import show_progress
from seqbench.engine.run_folder import new_run
from studies.layers import baseline as baselines
from studies.layers import command, pages


@click.command()
@click.option(
    "--only", metavar="PATTERN", help="Only cases whose names hold this regular expression."
)
@options.targets
@options.out_folder("The walk's folder; goes on with it.")
@click.option("--baseline", type=options.PATH, help="What to hold it against.")
@options.json_file("Write the statuses as a baseline (- for stdout).")
@output.command
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
    with show_progress() as observer:
        outcome = command.coverage(
            out or new_run(), observer, only, targets, baseline or baselines.COMMITTED
        )
    if json_file == "-":
        output.say(baselines.dumps(outcome.classes), nl=False)
        return 0 if outcome.passed else 1
    if json_file is not None:
        baselines.write(outcome.classes, Path(json_file))
    output.show_document(pages.summary(outcome.walked))
    output.say(f"tables: {outcome.page}")
    return 0 if outcome.passed else 1


if __name__ == "__main__":
    coverage()
