"""The command `seqbench show`."""

import click

from seqbench.cli import options, output


@click.command()
@options.models
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.allow_code
@output.command
def show(models: tuple[str, ...], *, as_json: bool, allow_code: bool) -> None:
    """Show each model's layers, shapes, parameters, FLOPs and memory."""
    from seqbench import api
    from seqbench.models.describe import draw_table

    found = api.show(options.require_models(models), allow_code=allow_code)
    if as_json:
        output.show_json(found)
    else:
        for model in found:
            output.show(draw_table(model))
