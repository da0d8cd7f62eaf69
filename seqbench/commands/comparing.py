"""The commands that say what became better or worse."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING, Any

import click

from seqbench import console
from seqbench.commands import options

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
out = options.out_file("File: .html, .md or .json.")
json_file = options.json_file("Write JSON to this file (- for stdout).")


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


@click.command()
@options.models
@click.option("--base", help="REV, RUN, ENV, or . for the working tree.")
@click.option("--head", default=".", show_default=True, help="The same.")
@click.option("--self", "itself", is_flag=True, help="The working tree against itself: a test.")
@options.runtimes
@options.batch_sizes
@options.threads
@options.devices
@click.option("--seconds", type=float, default=20.0, show_default=True, help="Time for a cell.")
@min_effect
@out
@json_file
@options.allow_code
@console.command
def ab(  # noqa: PLR0913 - one argument for each thing that a user can choose
    models: tuple[str, ...],
    *,
    base: str | None,
    head: str,
    runtimes: tuple[str, ...] | None,
    threads: tuple[int, ...] | None,
    batch_sizes: tuple[int, ...] | None,
    devices: tuple[str, ...] | None,
    out: Path | None,
    json_file: str | None,
    itself: bool,
    allow_code: bool,
    **chosen: Any,
) -> int:
    """Time two sides of MODEL in turn, in one job, and say which is faster.

    Fresh processes of both sides run in pairs, in blocks of one call in random order on the same
    CPU, until the verdict is settled or the time for the cell is spent.

    \b
    A side is, looked for in this order:
      .    the working tree, in this environment
      RUN  a run's folder (with run.json): the files that it exported, in this environment
      ENV  a virtual environment's folder or a Python interpreter: the working tree, in that
           environment; seqbench must be installed there
      REV  a git revision of the repository around the current folder: the models' files as
           they were then, in this environment

    One device is timed (default: cpu), by default at a batch of 1 on 1 thread.
    Exit status 1 where any cell is worse; with --self, where any is better or worse.
    """
    from seqbench.compare import files, interleave
    from seqbench.compare.verdicts import Verdict

    files.check(out)
    if itself == (base is not None):
        raise click.UsageError("give either --base or --self")
    comparison = interleave.ab(
        console.some(models),
        interleave.Plan(
            runtimes=runtimes or interleave.default_runtimes(),
            batch_sizes=batch_sizes or (1,),
            threads=threads or (1,),
            device=console.one("--device", devices, "cpu"),
            **chosen,
        ),
        base=base or head,
        head=head,
        allow_code=allow_code,
        say=lambda text: click.echo(text, err=True),
    )
    status = _show(comparison, out, json_file)
    alarm = itself and any(cell.verdict is Verdict.BETTER for cell in comparison.cells)
    return int(status or alarm)


def _show(comparison: Comparison, out: Path | None, json_file: str | None) -> int:
    """Print and write a comparison; return the exit status."""
    from seqbench.compare import files, tables
    from seqbench.compare.verdicts import Verdict

    if out is not None:
        files.write(comparison, out)
    console.write_text(files.dumps(comparison) if json_file else "", json_file)
    if json_file != "-":
        console.show_document(tables.summary(comparison))
    return int(comparison.verdict is Verdict.WORSE)
