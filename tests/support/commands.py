"""seqbench's commands in this process, or several in one other, for what needs no process each."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import click
from click.testing import CliRunner, Result

from seqbench.cli.main import main
from seqbench.engine.workers import fork_servers


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command of another process ended."""

    exit_code: int
    stdout: str
    stderr: str


def seqbench(*words: object, cwd: Path | None = None, group: click.Command = main) -> Result:
    """Run a command; what it leaves uncaught, and would be a traceback, is raised here."""
    with chdir(cwd or Path.cwd()):
        return CliRunner().invoke(group, [*map(str, words)], catch_exceptions=False)


def in_another(
    *commands: Sequence[object],
    cwd: Path,
    environment: Mapping[str, str],
    python: str = sys.executable,
) -> list[Ended]:
    """Run commands one after another in one process of an environment, which imports once."""
    words = [[*map(str, command)] for command in commands]
    done = subprocess.run(
        [python, "-m", __name__],
        input=json.dumps(words),
        env=dict(environment),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [Ended(**ended) for ended in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    with fork_servers.share():
        ended = [seqbench(*words) for words in json.load(sys.stdin)]
    told = [
        {name: getattr(one, name) for name in ("exit_code", "stdout", "stderr")} for one in ended
    ]
    print(json.dumps(told))
