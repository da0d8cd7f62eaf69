"""What an exception means for a cell: one mapping for runs and for pytest."""

from pathlib import Path

import pytest

from seqbench.core.errors import (
    InputError,
    LoadError,
    SeqbenchError,
    StorageError,
    Unavailable,
    Unsupported,
)
from seqbench.core.record import Status
from seqbench.engine.jobs.context import explain_exception, run_guarded


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (Unsupported("no such operation"), Status.UNSUPPORTED, "no such operation"),
        (Unavailable("no browser"), Status.UNAVAILABLE, "no browser"),
        (LoadError("damaged"), Status.FAIL, "damaged"),
        (SeqbenchError("odd"), Status.ERROR, "SeqbenchError: odd"),
        (ValueError("broken"), Status.ERROR, "ValueError: broken"),
    ],
)
def test_an_exception_becomes_a_status_and_a_reason(
    error: Exception, status: Status, reason: str, tmp_path: Path
) -> None:
    assert explain_exception(error) == (status, reason)

    def work() -> dict[str, object]:
        raise error

    assert run_guarded(work, tmp_path) == {"status": status, "reason": reason}


@pytest.mark.parametrize("kind", [InputError, StorageError])
def test_bad_input_ends_more_than_a_cell(kind: type[InputError], tmp_path: Path) -> None:
    def work() -> dict[str, object]:
        raise kind("not a cell's")

    with pytest.raises(kind, match="not a cell's"):
        run_guarded(work, tmp_path)
