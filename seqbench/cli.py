"""The command line: the group of all commands."""

import click

from seqbench import __version__
from seqbench.commands import comparing, looking, measuring, proving, tending


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Benchmark, export and verify Keras Sequential models where their users run them.

    A MODEL is a scenario's name, x.keras, x.h5, or file.py[:name].

    Exit status: 0 when every cell passed, 1 when one did not, 2 for wrong usage or bad input.
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
