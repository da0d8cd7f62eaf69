"""From a cell's status to a test's outcome."""

import pytest

from seqbench.core.record import Status
from seqbench.reports.problems import NO_REASON


class NotPassedError(Exception):
    """A cell did not pass; the message is its status and its reason."""


def conclude(status: Status, reason: str | None) -> None:
    """Return for a pass, skip the test for what is unavailable, fail it for the others.

    Raises:
        NotPassedError: the status is `fail`, `error` or `unsupported`.

    """
    if status is Status.PASS:
        return
    text = reason or NO_REASON
    if status is Status.UNAVAILABLE:
        pytest.skip(text)
    raise NotPassedError(f"{status}: {text}")
