"""The walk as tables: layers and cases against targets, each a pass or the reason why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqbench.core.record import Record, Status
from seqbench.reports.clean import text
from seqbench.reports.tables import Column, Item, Row, Table
from seqbench.runtimes import RUNTIMES
from studies.layers.baseline import Drift
from studies.layers.case import Case
from studies.layers.walk import IN

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
    columns = tuple(Column(name=target, sub=_runtimes(target)) for target in targets)
    rows = {
        case.name: tuple(_verdict(worst.get((case.name, target))) for target in targets)
        for case in cases
    }
    all_rows = tuple(Row(model=name, items=items) for name, items in rows.items())
    layers: dict[str, list[tuple[Item, ...]]] = {}
    for case in cases:
        for name in case.covers:
            layers.setdefault(name, []).append(rows[case.name])
    return Walked(
        totals={
            target: (sum(items[i].status is Status.PASS for items in rows.values()), len(rows))
            for i, target in enumerate(targets)
        },
        failed=Table(
            caption="Cases that do not pass everywhere",
            columns=columns,
            rows=tuple(row for row in all_rows if any(map(_not_passed, row.items))),
        ),
        layers=Table(
            caption="Layers and activations, with how many of their cases pass",
            columns=columns,
            rows=tuple(
                Row(model=name, items=tuple(map(_together, zip(*layers[name], strict=True))))
                for name in sorted(layers)
            ),
        ),
        cases=Table(caption="Every case", columns=columns, rows=all_rows),
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


def _verdict(record: Record | None) -> Item:
    if record is None:
        return Item(status=Status.ERROR, sub="it never ran")
    if record.status is Status.PASS:
        return Item(status=Status.PASS)
    reason = text(record.reason or "").replace("\n", " ")
    short = reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} …"
    return Item(status=record.status, sub=f"{record.cell.runtime}: {short}")


def _not_passed(item: Item) -> bool:
    return item.status is not Status.PASS


def _together(items: Sequence[Item]) -> Item:
    """Return what stands for all cases of a layer: the worst status, and how many pass."""
    statuses = [item.status or Status.ERROR for item in items]
    passed = statuses.count(Status.PASS)
    return Item(status=max(statuses, key=_WEIGHT.index), text=f"{passed} of {len(items)}")
