"""The walk in tables: layers and cases against targets, each a pass or the reason why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqbench.coverage.baseline import Drift
from seqbench.coverage.case import Case
from seqbench.coverage.walk import IN
from seqbench.record import Record, Status
from seqbench.report.cells import MARKS
from seqbench.report.clean import text
from seqbench.report.document import Column, Item, Row, Table
from seqbench.runtimes import RUNTIMES

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
    statuses = {
        case.name: [_status(worst.get((case.name, target))) for target in targets] for case in cases
    }
    rows = tuple(
        Row(name=name, items=tuple(_item(worst.get((name, target))) for target in targets))
        for name in statuses
    )
    layers: dict[str, list[list[Status]]] = {}
    for case in cases:
        for name in case.covers:
            layers.setdefault(name, []).append(statuses[case.name])

    def table(caption: str, found: Iterable[Row], head: str = "Case") -> Table:
        columns = tuple(Column(name=target, sub=_runtimes(target)) for target in targets)
        return Table(caption=caption, head=head, columns=columns, rows=tuple(found))

    return Walked(
        totals={
            target: (sum(found[i] is Status.PASS for found in statuses.values()), len(statuses))
            for i, target in enumerate(targets)
        },
        failed=table(
            "Cases that do not pass everywhere",
            (row for row in rows if any(it is not Status.PASS for it in statuses[row.name])),
        ),
        layers=table(
            "Layers and activations, with how many of their cases pass",
            (
                Row(name=name, items=tuple(map(_together, zip(*layers[name], strict=True))))
                for name in sorted(layers)
            ),
            head="Name",
        ),
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
    return ", ".join(name for name in IN if RUNTIMES[name].target == target)


def _status(record: Record | None) -> Status:
    return record.status if record else Status.ERROR


def _item(record: Record | None) -> Item:
    mark = MARKS[_status(record)]
    if record is None:
        return Item(mark=mark, note="it never ran")
    if record.status is Status.PASS:
        return Item(mark=mark)
    reason = text(record.reason or "").replace("\n", " ")
    short = reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} …"
    return Item(mark=mark, note=f"{record.cell.runtime}: {short}")


def _together(statuses: Sequence[Status]) -> Item:
    """Return what stands for all cases of a layer: the worst status, and how many pass."""
    worst = max(statuses, key=_WEIGHT.index)
    return Item(mark=MARKS[worst], text=f"{statuses.count(Status.PASS)} of {len(statuses)}")
