"""The command `seqbench setup`."""

import click

from seqbench.cli import output


@click.command()
@output.command
def setup() -> None:
    """Fetch what pip cannot: TF.js for the browser page, and a browser."""
    from seqbench.cli.doctor import install

    install(lambda text: click.echo(text, err=True))
