"""What was asked for by name, and whether it happened: only then is it a success.

What a command does of its own accord, such as to try every device, may be `unavailable`. What an
option names may not.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Record, Status
from seqbench.engine import plan
from seqbench.engine.plan import Model, Selection
from seqbench.runtimes import RUNTIMES

OPTIONS = {
    "require": "--require",
    "runtimes": "--runtime",
    "variants": "--variant",
    "targets": "--target",
    "backends": "--backend",
    "devices": "--device",
}
"""The options that name what is to happen, by what the commands call their values."""

NO_CELL = "nothing was to be done there"


def names(**chosen: Any) -> dict[str, str]:
    """Return what options name, each with the first of them that does."""
    found: dict[str, str] = {}
    for value, option in OPTIONS.items():
        for name in chosen.get(value) or ():
            found.setdefault(name, option)
    return found


def refuse_unplanned(named: Mapping[str, str], cells: Iterable[Cell]) -> None:
    """Refuse names that no cell of a plan is of, before any work is done.

    Raises:
        InputError: there are such; the message names them with their options.

    """
    planned = {name for cell in cells for name in _names_of(cell)}
    unplanned = [f"{option} {name}" for name, option in named.items() if name not in planned]
    if planned and unplanned:  # an empty plan is refused with a reason of its own
        raise InputError(
            f"{', '.join(unplanned)}: nothing is to be done there: the kinds, targets, runtimes, "
            "back ends, devices and variants that were asked for have no cell in common with it"
        )


def cells_of_any_model(selection: Selection) -> list[Cell]:
    """Return what is planned for a model that can be trained; for one that cannot it is less."""
    return plan.cells(
        [Model(name="any", batch_sizes=(1,), training_batch=1, weight_bytes=0)], selection
    )


def not_done(named: Mapping[str, str], records: Iterable[Record]) -> Iterator[str]:
    """Yield a line for each reason for which something that was asked for did not happen.

    It did where, of each model and each kind of work on it, some cell could run. A device is there
    where any kind of work ran on it: another may lack a browser.
    """
    records = list(records)
    by_reason: dict[str, list[str]] = {}
    for name, option in named.items():
        mine = [record for record in records if name in _names_of(record.cell)]
        for why in dict.fromkeys(_reasons(name, mine) if mine else [NO_CELL]):
            by_reason.setdefault(why, []).append(f"{option} {name}")
    for why, words in by_reason.items():
        yield f"{', '.join(words)} was asked for and did not happen: {why}"
    if not by_reason and all(record.status is Status.UNAVAILABLE for record in records):
        for reason in dict.fromkeys(record.reason for record in records):
            yield f"nothing could run: {reason}"


def _reasons(name: str, records: Iterable[Record]) -> list[str]:
    """Return why nothing of a name could run, once for each model of which that is so."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        kind = "" if name == record.cell.device else record.cell.kind
        groups.setdefault((record.cell.model, kind), []).append(record)
    found: dict[str, str] = {}
    for (model, _), group in groups.items():
        why = _why_none_could_run(group)
        if why is not None:
            found.setdefault(model, why)  # what comes later hangs on what comes first
    return list(found.values())


def _why_none_could_run(records: list[Record]) -> str | None:
    """Return the first reason where all are unavailable; None where some could run."""
    if any(record.status is not Status.UNAVAILABLE for record in records):
        return None
    return records[0].reason or "no reason was recorded"


def _names_of(cell: Cell) -> set[str | None]:
    """Return the names that a cell is of."""
    runtime = RUNTIMES.get(cell.runtime or "")
    backend = None if runtime is None else runtime.backend
    return {cell.device, cell.runtime, cell.target, cell.variant, backend}
