"""Two runs, cell by cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seqbench.comparison import aspects
from seqbench.comparison.aspects import Aspect
from seqbench.comparison.verdicts import FALSE_ALARMS, MIN_EFFECT, Verdict, alpha_of_cell, worst
from seqbench.core import store
from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Record

CONDITIONS = ("cpu", "cpus", "os", "python", "threads")
"""Facts of a record's machine that should be the same where times are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One cell and what became of it.

    Attributes:
        cell: the cell.
        aspects: what was compared, never empty.

    """

    cell: Cell
    aspects: tuple[Aspect, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its aspects'."""
        return worst(aspect.verdict for aspect in self.aspects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A base and a head, held against each other.

    Attributes:
        base: what the base is called.
        head: what the head is called.
        cells: every cell that either has.
        min_effect: the smallest part by which a time or a size must change to matter.
        false_alarms: the chance of any better or worse among the times where none changed.
        notes: what a reader should know of how the sides came about.

    """

    base: str
    head: str
    cells: tuple[Compared, ...]
    min_effect: float
    false_alarms: float
    notes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of its cells'."""
        return worst(cell.verdict for cell in self.cells)


def compare(base: Path, head: Path, *, min_effect: float = MIN_EFFECT) -> Comparison:
    """Compare two runs' folders, cell by cell.

    Times of processes that ran at different times: what changed on the machine between the runs
    is in the ratio and not in its interval. `seqbench ab` runs both sides side by side.

    Args:
        base: folder of the run before.
        head: folder of the run after.
        min_effect: the smallest part by which a time or a size must change to matter, 0 < it < 1.

    Raises:
        InputError: a folder is no run's, a record cannot be read, or the effect is out of bounds.

    """
    check_effect(min_effect)
    sides = [store.read_records(run) for run in (base, head)]
    return compare_records(sides[0], sides[1], str(base), str(head), min_effect)


def check_effect(min_effect: float) -> None:
    """Refuse an effect that is no part of one.

    Raises:
        InputError: it is not between 0 and 1.

    """
    if not 0 < min_effect < 1:
        msg = f"--min-effect {min_effect:g}: expected a part of one, as 0.02 for 2 %"
        raise InputError(msg)


def compare_records(
    base: Sequence[Record],
    head: Sequence[Record],
    base_name: str,
    head_name: str,
    min_effect: float,
) -> Comparison:
    """Compare the records of two runs."""
    before = {record.cell: record for record in base}
    after = {record.cell: record for record in head}
    cells = list(dict.fromkeys([*before, *after]))
    timed = sum(aspects.is_timed(before.get(cell), after.get(cell)) for cell in cells)
    alpha = alpha_of_cell(FALSE_ALARMS, timed)
    return Comparison(
        base=base_name,
        head=head_name,
        cells=tuple(
            _compared(cell, before.get(cell), after.get(cell), alpha, min_effect) for cell in cells
        ),
        min_effect=min_effect,
        false_alarms=FALSE_ALARMS,
        notes=tuple(_differences(base, head)),
    )


def _compared(
    cell: Cell, base: Record | None, head: Record | None, alpha: float, min_effect: float
) -> Compared:
    found: list[Aspect]
    if base is None or head is None:
        found = [aspects.appeared(head)] if head else [aspects.vanished(base)] if base else []
    else:
        found = list(aspects.aspects(base, head, alpha, min_effect))
    return Compared(cell=cell, aspects=tuple(found))


def _differences(base: Sequence[Record], head: Sequence[Record]) -> list[str]:
    """Say in which conditions the runs differ: their times then say something of those, too."""
    notes = []
    for fact in CONDITIONS:
        sides = [
            sorted({str(record.machine[fact]) for record in side if fact in record.machine})
            for side in (base, head)
        ]
        if all(sides) and sides[0] != sides[1]:
            was, now = (" and ".join(side) for side in sides)
            notes.append(f"the runs' {fact} differ: {was} in the base, {now} in the head")
    return notes
