"""The command `seqbench doctor`."""

import click

from seqbench.cli import output


@click.command()
@output.command
def doctor() -> int:
    """Show what is installed, what is missing, and how to get it."""
    from seqbench.cli.doctor import draw_table, examine

    found = examine()
    output.show(draw_table(found))
    return int(any(item.missing for item in found))
