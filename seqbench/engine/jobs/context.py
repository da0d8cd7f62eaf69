"""What a job writes to: the run's folder, and its parent."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seqbench.core import storage
from seqbench.core.errors import InputError, SeqbenchError, one_line
from seqbench.core.record import Cell, Record, Status
from seqbench.core.store import Store
from seqbench.engine.workers.messages import LOGS, Event
from seqbench.machine import host, nvidia
from seqbench.machine.clock import clock
from seqbench.machine.devices import kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a job's records and messages go.

    Attributes:
        folder: the run's folder.
        send: sends one message to the parent.
        import_s: seconds for which this process's origin imported what its jobs need.

    """

    folder: Path
    send: Callable[[Event, Any], None]
    import_s: float = 0.0

    def say(self, text: str) -> None:
        """Tell people what is being done."""
        self.send("say", text)

    def step(self, text: str) -> None:
        """Say which part of what is being done is done now, for people who wait for it."""
        self.send("step", text)

    def attempt(
        self, cell: Cell, packages: tuple[str, ...], seed: int, do: Callable[[], dict[str, Any]]
    ) -> Record:
        """Run one cell and save its record.

        `do` returns the record's fields; `status` is `pass` where it gives none. Work that ran on
        another device than the cell's is a fail, whatever it gave.

        Raises:
            StorageError: the run's folder takes no more: nothing was saved.

        """
        self.send("begin", cell.key)
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        start = clock()
        fields = run_guarded(do, self.folder)
        elsewhere = refuse_elsewhere(cell, fields.get("ran_on"))
        if elsewhere is not None:
            fields |= {"status": Status.FAIL, "reason": elsewhere}
        record = Record(
            cell=cell,
            started_at=started_at,
            elapsed_s=clock() - start,
            machine=_card(cell) | host.record_facts(packages, seed, cell.threads),
            **fields,
        )
        storage.check_there(self.folder / LOGS)
        Store(self.folder).save(record)
        self.send("record", cell.key)
        return record


def refuse_elsewhere(cell: Cell, ran_on: str | None) -> str | None:
    """Return what is wrong with the device that did a cell's work; None where nothing is known."""
    if ran_on in (None, cell.device):
        return None
    return f"it ran on {ran_on} where {cell.device} was asked for"


def _card(cell: Cell) -> dict[str, Any]:
    """Return what is known of the GPU on which a cell has just run; nothing of other devices."""
    return {"gpu": nvidia.facts()} if kind_of(cell.device) == "gpu" else {}


def run_guarded(do: Callable[[], dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Return what `do` returns with a status; any exception but InputError becomes one.

    Raises:
        StorageError: the run's folder takes no more.

    """
    try:
        return {"status": Status.PASS, **do()}
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - any exception is a verdict, the others go on
        status, reason = explain_exception(error)
        if status is Status.ERROR:
            storage.check_room(error, folder)
        traceback.print_exc()
        return {"status": status, "reason": reason}


def explain_exception(error: BaseException) -> tuple[Status, str]:
    """Return the status of a cell whose work ended in an exception, and the reason for people.

    What seqbench itself says no with has a status of its own; anything else is an error.
    """
    if isinstance(error, SeqbenchError) and error.status != Status.ERROR:
        return Status(error.status), str(error)
    return Status.ERROR, one_line(error)
