"""What `python -m studies.layers` does, without its printing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqbench.engine.state import Observer
from studies.layers import baseline, pages
from studies.layers.listing import EXCLUDED, unlisted
from studies.layers.table import Walked, build
from studies.layers.walk import chosen, judges, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a walk.

    Attributes:
        walked: its tables.
        classes: its statuses, as a baseline holds them.
        page: the HTML page that was written; its Markdown is beside it.

    """

    walked: Walked
    classes: baseline.Classes
    page: Path

    @property
    def passed(self) -> bool:
        """Whether nothing is worse than the baseline and nothing in Keras is unknown here."""
        worse = any(drift.worse for drift in self.walked.drifts)
        return not worse and not self.walked.unlisted


def coverage(
    out: Path,
    observer: Observer,
    only: str | None = None,
    targets: Sequence[str] | None = None,
    known: Path = baseline.COMMITTED,
) -> Outcome:
    """Walk the cases, hold them against a baseline, and write the tables into the folder.

    Args:
        out: the walk's folder; a walk that was begun there is gone on with.
        observer: is told how it goes on.
        only: a regular expression that is found in the names of the cases to run; None for all.
        targets: the targets, by name; None for all.
        known: the file of the baseline.

    Raises:
        InputError: the pattern, a target, the folder or the baseline cannot be used.

    """
    before = baseline.read(known)
    cases = chosen(only)
    runtimes = judges(targets)
    records = walk(cases, targets, out, observer)
    classes = baseline.classify(records)
    names = [case.name for _, case in cases]
    gone = () if only else [name for name in before if name not in names]
    drifts = baseline.compare(before, classes, [*names, *gone], runtimes)
    walked = build([case for _, case in cases], records, drifts, EXCLUDED, unlisted())
    return Outcome(walked=walked, classes=classes, page=pages.write(walked, out))
