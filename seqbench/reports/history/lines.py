"""Runs to lines: the median of each timed cell in each run, the oldest first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqbench.core import stats, store
from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Record, Status
from seqbench.reports import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one run says of a cell.

    Attributes:
        run: the run's name.
        started_at: when the cell ran, ISO 8601, UTC.
        median: seconds per call or step, with its interval.

    """

    run: str
    started_at: str
    median: stats.Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One cell on one kind of machine; times of two machines make two lines.

    Attributes:
        cell: what was timed.
        machine: the CPU and how many of it.
        marks: the runs in which it passed, by time.

    """

    cell: Cell
    machine: str
    marks: tuple[Mark, ...]

    @property
    def change(self) -> float | None:
        """The last median as a part of the first, less one; None with fewer than two runs."""
        if len(self.marks) < 2:
            return None
        return self.marks[-1].median.value / self.marks[0].median.value - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All runs of a folder.

    Attributes:
        lines: by model, kind, and place.
        runs: names of the runs that were read, by time.
        unreadable: why other runs were left out, a line each.

    """

    lines: tuple[Line, ...]
    runs: tuple[str, ...]
    unreadable: tuple[str, ...]


def gather(folder: Path, pattern: str | None = None) -> History:
    """Read every run in a folder, as `results/` keeps them.

    Args:
        folder: holds the runs' folders.
        pattern: a regular expression that is found in the keys of the cells to show; None for all.

    Raises:
        InputError: there is no run in the folder, or the pattern is none.

    """
    try:
        wanted = re.compile(pattern or "")
    except re.error as error:
        raise InputError(f"--cell {pattern}: is no regular expression: {error}") from error
    there = sorted(path.parent for path in folder.glob(f"*/{store.MARK}"))
    if not there:
        raise InputError(
            f"{folder}: expected folders of runs, found none; `seqbench run` makes one"
        )
    records: dict[str, list[Record]] = {}
    unreadable = []
    for run in there:
        try:
            records[run.name] = store.read_records(run)
        except InputError as error:
            unreadable.append(f"left out {run}: {error}")
    return History(
        lines=lines(records.items(), wanted),
        runs=tuple(sorted(records, key=lambda name: (_began(records[name]), name))),
        unreadable=tuple(unreadable),
    )


def lines(
    runs: Iterable[tuple[str, Sequence[Record]]], wanted: re.Pattern[str] = re.compile("")
) -> tuple[Line, ...]:
    """Return a line for each timed cell that passed in some run, and whose key is wanted."""
    marks: dict[tuple[Cell, str], list[Mark]] = {}
    for run, records in runs:
        for record in map(clean.record, records):
            median = record.median
            passed = record.status is Status.PASS
            if passed and median and median.value > 0 and wanted.search(record.cell.key):
                mark = Mark(
                    run=clean.text(run),
                    started_at=record.started_at or "",
                    median=median,
                )
                marks.setdefault((record.cell, _machine(record)), []).append(mark)
    return tuple(
        Line(cell=cell, machine=machine, marks=tuple(sorted(found, key=_when)))
        for (cell, machine), found in sorted(marks.items(), key=lambda item: _order(*item[0]))
    )


def _order(cell: Cell, machine: str) -> tuple[object, ...]:
    where = (cell.target or "", cell.runtime or "", cell.device, cell.variant)
    return (cell.model, cell.kind, *where, cell.batch_size or 0, cell.threads or 0, machine)


def _when(mark: Mark) -> tuple[str, str]:
    return mark.started_at, mark.run


def _began(records: Sequence[Record]) -> str:
    return min((record.started_at for record in records if record.started_at), default="")


def _machine(record: Record) -> str:
    name, count = record.machine.get("cpu"), record.machine.get("cpus")
    return clean.text(f"{count} CPUs, {name}" if count and name else str(name or "unknown"))
