"""The command `seqbench ab`."""

from pathlib import Path
from typing import Any

import click

from seqbench.cli import options, output


@click.command()
@options.models
@click.option("--base", help="REV, RUN, ENV, or . for the working tree.")
@click.option("--head", default=".", show_default=True, help="The same.")
@click.option("--self", "itself", is_flag=True, help="The working tree against itself: a test.")
@options.runtimes
@options.batch_sizes
@options.data
@options.threads
@options.devices
@click.option("--seconds", type=float, default=20.0, show_default=True, help="Time for a cell.")
@options.min_effect
@options.comparison_out
@options.comparison_json
@options.allow_code
@output.command
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
    data: str | None,
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
    from seqbench.comparison import files
    from seqbench.comparison.ab import study
    from seqbench.comparison.verdicts import Verdict

    files.check(out)
    if itself == (base is not None):
        raise click.UsageError("give either --base or --self")
    comparison = study.ab(
        options.require_models(models),
        study.Plan(
            runtimes=runtimes or study.default_runtimes(),
            batch_sizes=batch_sizes or (1,),
            threads=threads or (1,),
            device=options.require_one("--device", devices, "cpu"),
            **chosen,
        ),
        base=base or head,
        head=head,
        data=data,
        allow_code=allow_code,
        say=lambda text: click.echo(text, err=True),
    )
    status = output.show_comparison(comparison, out, json_file)
    alarm = itself and any(cell.verdict is Verdict.BETTER for cell in comparison.cells)
    return int(status or alarm)
