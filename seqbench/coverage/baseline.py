"""What is known of each case, kept in a file, and how a walk differs from it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqbench.errors import InputError
from seqbench.files import write_text
from seqbench.record import Record, Status

COMMITTED = Path(__file__).with_name("baseline.json")
"""The baseline that is kept with the code."""

ABSENT = "absent"
"""Stands where a case has no status."""

Classes = dict[str, dict[str, str]]
"""A status for each case and runtime."""

_RANKS = {Status.PASS: 0, Status.UNSUPPORTED: 1}
"""Unsupported is known and has a reason; all else that does not pass is worse than that."""

_WORST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A status that is another than the baseline's.

    Attributes:
        case: the case's name.
        runtime: where it ran.
        before: the baseline's status, `absent` where it knows none.
        after: the walk's, `absent` where the case is gone.

    """

    case: str
    runtime: str
    before: str
    after: str

    @property
    def worse(self) -> bool:
        """Whether less works, or is looked at, than before; a new case should work."""
        return _rank(self.after) > (_rank(self.before) if self.before != ABSENT else 1)

    def __str__(self) -> str:
        word = "WORSE" if self.worse else "changed"
        return f"{word}: {self.case} in {self.runtime}: {self.after}, was {self.before}"


def classify(records: Iterable[Record]) -> Classes:
    """Return the statuses of verdicts by case and runtime."""
    found: Classes = {}
    for record in records:
        runtime = str(record.cell.runtime)
        found.setdefault(record.cell.model, {})[runtime] = str(record.status)
    return found


def compare(
    baseline: Classes, found: Classes, cases: Sequence[str], runtimes: Sequence[str]
) -> list[Drift]:
    """Return every difference among the given cases and runtimes, the worse ones first."""
    drifts = [
        Drift(
            case=case,
            runtime=runtime,
            before=baseline.get(case, {}).get(runtime, ABSENT),
            after=found.get(case, {}).get(runtime, ABSENT),
        )
        for case in cases
        for runtime in runtimes
    ]
    return sorted(
        (drift for drift in drifts if drift.before != drift.after),
        key=lambda drift: not drift.worse,
    )


def read(path: Path) -> Classes:
    """Read a baseline.

    Raises:
        InputError: there is none, or it is none.

    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: is no JSON: {error}") from error
    statuses = {*map(str, Status)}
    if not isinstance(found, dict) or not all(
        isinstance(row, dict) and statuses.issuperset(row.values()) for row in found.values()
    ):
        raise InputError(
            f"{path}: expected a status for each case and runtime, as `seqbench coverage --json` "
            "writes them"
        )
    return found


def write(classes: Classes, path: Path) -> None:
    """Write a baseline, a line a case.

    Raises:
        InputError: the file cannot be written.

    """
    write_text(path, dumps(classes))


def dumps(classes: Classes) -> str:
    """Return a baseline as text, a line a case, so that a change shows as a line."""
    lines = (f"{json.dumps(case)}: {json.dumps(row)}" for case, row in sorted(classes.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rank(status: str) -> int:
    return _WORST if status == ABSENT else _RANKS.get(Status(status), _WORST)
