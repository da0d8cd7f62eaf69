"""The command line: the group of all commands."""

import sys
from typing import Any

import click

from seqbench import __version__
from seqbench.cli import output
from seqbench.cli.commands.ab import ab
from seqbench.cli.commands.check import check
from seqbench.cli.commands.compare import compare
from seqbench.cli.commands.doctor import doctor
from seqbench.cli.commands.export import export
from seqbench.cli.commands.history import history
from seqbench.cli.commands.list import list_
from seqbench.cli.commands.report import report_
from seqbench.cli.commands.run import run
from seqbench.cli.commands.setup import setup
from seqbench.cli.commands.show import show
from seqbench.cli.commands.verify import verify


class Program(click.Group):
    """The commands; an output that cannot be written is a line also where click writes it."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command as `click.Group.main` does."""
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            status = output.write_error_status(error)
            if status is None:
                raise
            sys.exit(status)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Benchmark, export and verify Keras Sequential models where their users run them.

    A MODEL is a scenario's name, x.keras, x.h5, or file.py[:name].

    Exit status: 0 when every cell passed, 1 when one did not or what was asked for by name did not
    happen, 2 for wrong usage, bad input or where nothing can be written, 128 and the signal's
    number after a signal.
    """


for command in (
    list_,
    show,
    check,
    run,
    export,
    verify,
    compare,
    ab,
    report_,
    history,
    setup,
    doctor,
):
    main.add_command(command)
