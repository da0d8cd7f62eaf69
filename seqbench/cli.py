"""The command line: the group of all commands."""

import sys
from typing import Any

import click

from seqbench import __version__, console
from seqbench.commands import comparing, looking, measuring, proving, tending


class Program(click.Group):
    """The commands; an output that cannot be written is a line also where click writes it."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command as `click.Group.main` does."""
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            status = console.status_unwritten(error)
            if status is None:
                raise
            sys.exit(status)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Benchmark, export and verify Keras Sequential models where their users run them.

    A MODEL is a scenario's name, x.keras, x.h5, or file.py[:name].

    Exit status: 0 when every cell passed, 1 when one did not, 2 for wrong usage, bad input or
    where nothing can be written, 128 and the signal's number after a signal.
    """


for command in (
    looking.list_,
    looking.show,
    looking.check,
    measuring.run,
    measuring.export,
    measuring.verify,
    comparing.compare,
    comparing.ab,
    proving.coverage,
    looking.report_,
    looking.history,
    tending.setup,
    tending.doctor,
):
    main.add_command(command)
