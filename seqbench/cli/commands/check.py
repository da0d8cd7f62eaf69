"""The command `seqbench check`."""

import click

from seqbench.cli import options, output


@click.command()
@options.models
@options.allow_code
@output.command
def check(models: tuple[str, ...], *, allow_code: bool) -> int:
    """Warn of likely mistakes, such as a last layer that does not fit the loss."""
    from seqbench import api

    found = api.check(options.require_models(models), allow_code=allow_code)
    for name, warnings in found.items():
        for warning in warnings:
            output.say(f"{name}: {warning}")
        if not warnings:
            click.echo(f"{name}: nothing to say against it", err=True)
    return int(any(found.values()))
