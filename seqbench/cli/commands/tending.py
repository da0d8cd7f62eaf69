"""The commands that set a machine up."""

import click

from seqbench.cli import console


@click.command()
@console.command
def setup() -> None:
    """Fetch what pip cannot: TF.js for the browser page, and a browser."""
    from seqbench.cli.doctor import install

    install(lambda text: click.echo(text, err=True))


@click.command()
@console.command
def doctor() -> int:
    """Show what is installed, what is missing, and how to get it."""
    from seqbench.cli.doctor import examine, table

    found = examine()
    console.show(table(found))
    return int(any(item.missing for item in found))
