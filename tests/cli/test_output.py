"""From what a command raises to its exit status."""

import click
import pytest
from click.testing import CliRunner

from seqbench.cli import output
from seqbench.core.errors import (
    InputError,
    LoadError,
    SeqbenchError,
    StorageError,
    Unavailable,
    Unsupported,
)


@pytest.mark.parametrize(
    "kind", [SeqbenchError, InputError, StorageError, Unsupported, Unavailable, LoadError]
)
def test_an_error_of_seqbench_is_its_lines_and_its_own_exit_status(
    kind: type[SeqbenchError],
) -> None:
    @click.command
    @output.command
    def ends() -> int:
        raise kind("one\nanother")

    done = CliRunner().invoke(ends)
    assert done.exit_code == kind.exit_code
    assert done.stderr == "seqbench: one\nseqbench: another\n"


def test_a_defect_of_seqbench_keeps_its_traceback() -> None:
    @click.command
    @output.command
    def ends() -> int:
        raise RuntimeError("a defect")

    assert isinstance(CliRunner().invoke(ends).exception, RuntimeError)
