"""The walk in tables: layers and cases against targets, each a pass or the reason why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.cells import MARKS
from seqbench.reports.clean import text
from seqbench.reports.document import Column, Item, Row, Table
from studies.layers.baseline import Drift
from studies.layers.case import Case
from studies.runtimes import judges_of

_WEIGHT = (Status.PASS, Status.UNAVAILABLE, Status.UNSUPPORTED, Status.ERROR, Status.FAIL)
"""Statuses from the best to the worst: a target is what its worst runtime makes of it."""

LONGEST = 400
"""How much of a reason is shown, in characters: some tools print a whole graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A walk as people read it.

    Attributes:
        totals: for each target, how many cases pass and how many there are.
        failed: the cases that do not pass everywhere.
        layers: every layer and activation, with what passes of its cases.
        cases: every case.
        drifts: how it differs from the baseline.
        excluded: what is not covered, with the reason.
        unlisted: what the installed Keras has and nothing here knows of.

    """

    totals: dict[str, tuple[int, int]]
    failed: Table
    layers: Table
    cases: Table
    drifts: tuple[Drift, ...]
    excluded: dict[str, str]
    unlisted: tuple[str, ...]


def build(
    cases: Sequence[Case],
    records: Iterable[Record],
    drifts: Sequence[Drift],
    excluded: dict[str, str],
    unlisted: Sequence[str],
) -> Walked:
    """Return the tables of a walk."""
    worst = _worst(records)
    targets = tuple(dict.fromkeys(target for _, target in worst))
    found = {
        case.name: [worst.get((case.name, target), _absent(case, target)) for target in targets]
        for case in cases
    }
    rows = tuple(Row(name=name, items=tuple(map(_item, seen))) for name, seen in found.items())
    layers: dict[str, list[list[Record]]] = {}
    for case in cases:
        for name in case.covers:
            layers.setdefault(name, []).append(found[case.name])
    together = (
        Row(name=name, items=tuple(map(_together, zip(*layers[name], strict=True))))
        for name in sorted(layers)
    )

    def table(caption: str, lines: Iterable[Row], head: str = "Case") -> Table:
        columns = tuple(Column(name=target, sub=_runtimes(target)) for target in targets)
        return Table(caption=caption, head=head, columns=columns, rows=tuple(lines))

    return Walked(
        totals={
            target: (sum(seen[i].status is Status.PASS for seen in found.values()), len(found))
            for i, target in enumerate(targets)
        },
        failed=table(
            "Cases that do not pass everywhere",
            (row for row in rows if any(it.status is not Status.PASS for it in found[row.name])),
        ),
        layers=table("Layers and activations, with how many of their cases pass", together, "Name"),
        cases=table("Every case", rows),
        drifts=tuple(drifts),
        excluded=excluded,
        unlisted=tuple(unlisted),
    )


def _worst(records: Iterable[Record]) -> dict[tuple[str, str], Record]:
    """Return the verdict that speaks for each case and target."""
    found: dict[tuple[str, str], Record] = {}
    for record in records:
        key = record.cell.model, str(record.cell.target)
        other = found.setdefault(key, record)
        if _WEIGHT.index(record.status) > _WEIGHT.index(other.status):
            found[key] = record
    return found


def _runtimes(target: str) -> str:
    return ", ".join(judges_of(target))


def _absent(case: Case, target: str) -> Record:
    cell = Cell(model=case.name, kind=Kind.VERIFY, target=target)
    return Record(cell=cell, status=Status.ERROR, reason="it never ran")


def _item(record: Record) -> Item:
    mark = MARKS[record.status]
    if record.status is Status.PASS:
        return Item(mark=mark)
    reason = text(record.reason or "").replace("\n", " ")
    short = reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} …"
    return Item(mark=mark, note=f"{record.cell.runtime}: {short}" if record.cell.runtime else short)


def _together(records: Sequence[Record]) -> Item:
    """Return what stands for all cases of a layer: the worst status, and how many pass."""
    statuses = [record.status for record in records]
    worst = max(statuses, key=_WEIGHT.index)
    return Item(mark=MARKS[worst], text=f"{statuses.count(Status.PASS)} of {len(statuses)}")
