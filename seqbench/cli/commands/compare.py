"""The command `seqbench compare`."""

from pathlib import Path

import click

from seqbench.cli import options, output


@click.command()
@click.argument("base", type=options.PATH)
@click.argument("head", type=options.PATH)
@options.min_effect
@options.comparison_out
@options.comparison_json
@output.command
def compare(
    base: Path, head: Path, min_effect: float, out: Path | None, json_file: str | None
) -> int:
    """Compare two runs' folders: what is better or worse in HEAD than in BASE.

    Each cell is worse, better, same or inconclusive: times by the interval of their ratio,
    statuses, sizes and held-out metrics by their own rules. Exit status 1 where any is worse.
    """
    from seqbench.comparison import files, runs

    files.check(out)
    return output.show_comparison(runs.compare(base, head, min_effect=min_effect), out, json_file)
