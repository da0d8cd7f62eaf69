"""seqbench's commands in this process, for what needs no process of its own."""

from contextlib import chdir
from pathlib import Path

import click
from click.testing import CliRunner, Result

from seqbench.cli.main import main


def seqbench(*words: object, cwd: Path | None = None, group: click.Command = main) -> Result:
    """Run a command; what it leaves uncaught, and would be a traceback, is raised here."""
    with chdir(cwd or Path.cwd()):
        return CliRunner().invoke(group, [*map(str, words)], catch_exceptions=False)
