"""The command `seqbench export`."""

from pathlib import Path
from typing import Any

import click

from seqbench.cli import options, output


@click.command()
@options.models
@options.targets
@options.variants
@options.out_folder("The folder of the exported files.", default="dist", show_default=True)
@options.memory
@options.data
@options.metrics
@options.budget
@options.json_file()
@options.require
@options.allow_code
@output.command
def export(
    models: tuple[str, ...],
    out: Path,
    json_file: str | None,
    require: tuple[str, ...] | None,
    *,
    allow_code: bool,
    **chosen: Any,
) -> int:
    """Export to each target, then verify each artifact in its runtime."""
    from seqbench import api, reports
    from seqbench.cli import asked
    from seqbench.cli.progress import show_progress
    from seqbench.core.record import Kind

    options.check_requirements(require)
    named, given = asked.names(require=require, **chosen), options.drop_unset(chosen)
    kinds = (Kind.EXPORT, Kind.VERIFY)
    wanted = options.drop_unplanned(given)
    selection = api.selection(kinds=kinds, devices=("cpu",), **wanted)
    asked.refuse_unplanned(named, asked.cells_of_any_model(selection))
    with show_progress() as observer:
        records, refusal = output.do_what_can_be_done(
            lambda: api.export(
                options.require_models(models),
                out=out,
                allow_code=allow_code,
                observer=observer,
                **given,
            )
        )
    output.write_json(records, json_file)
    repeat = options.repeat_options(
        models, allow_code=allow_code, data=chosen["data"], metrics=chosen["metrics"]
    )
    found = reports.build(records, str(out), repeat=repeat)
    if json_file != "-":
        output.show_document(reports.summary(found, where=True))
    status = output.exit_status(records, named) or output.budget_status(found.cards)
    return output.complain_of(refusal, status)
