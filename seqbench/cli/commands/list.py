"""The command `seqbench list`."""

import click

from seqbench.cli import output


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@output.command
def list_(*, as_json: bool) -> None:
    """Show scenarios, targets, runtimes and devices, and what is available here."""
    from seqbench.cli.inventory import collect_inventory, draw_tables

    found = collect_inventory()
    if as_json:
        output.show_json(found)
    else:
        output.show(draw_tables(found))
