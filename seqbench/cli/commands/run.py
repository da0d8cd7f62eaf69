"""The command `seqbench run`."""

from pathlib import Path
from typing import Any

import click

from seqbench.cli import options, output


@click.command()
@options.models
@options.kinds
@options.targets
@options.runtimes
@options.devices
@options.backends
@options.variants
@options.batch_sizes
@options.threads
@click.option("--processes", type=int, help="Fresh processes that time each cell.")
@click.option(
    "--quick/--full", default=True, help="Time for 0.2 s in 1 process (default), or 1 s in 6."
)
@options.out_folder("The run's folder.")
@options.require
@options.memory
@options.data
@options.metrics
@options.budget
@options.json_file()
@options.allow_code
@output.command
def run(
    models: tuple[str, ...],
    out: Path | None,
    require: tuple[str, ...] | None,
    json_file: str | None,
    *,
    quick: bool,
    allow_code: bool,
    **chosen: Any,
) -> int:
    """Train, time, export and verify; every shipped scenario where no MODEL is given."""
    from seqbench import api, reports
    from seqbench.cli import asked
    from seqbench.cli.progress import show_progress
    from seqbench.engine.run_folder import new_run
    from seqbench.models.catalogue import available

    options.check_requirements(require)
    named, given = asked.names(require=require, **chosen), options.drop_unset(chosen)
    selection = api.selection(**options.drop_unplanned(given))
    asked.refuse_unplanned(named, asked.cells_of_any_model(selection))
    folder = out or new_run()
    with show_progress() as observer:
        records, refusal = output.do_what_can_be_done(
            lambda: api.run(
                models or [entry.name for entry in available()],
                out=folder,
                quick=quick,
                allow_code=allow_code,
                observer=observer,
                **given,
            )
        )
    path = reports.write(folder)
    output.write_json(records, json_file)
    report = reports.load(folder)
    if json_file != "-":
        output.show_document(reports.summary(report))
        output.say(f"report: {path}")
    status = output.exit_status(records, named) or output.budget_status(report.cards)
    return output.complain_of(refusal, status)
