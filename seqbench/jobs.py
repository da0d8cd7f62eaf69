"""Jobs: the pieces of work that run in a process of their own, and the messages they send."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from seqbench.framework import Framework, home
from seqbench.record import Cell, Kind

LOGS = "logs"
"""Folder, within a run's, of what its jobs print; the parent of the workers makes it."""

Needs = Framework | None
"""What a worker has imported before it forks: Keras on a framework, or nothing like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work for one process.

    Attributes:
        do: name of the function in `seqbench.work` that does it.
        cells: the cells whose records it writes, in its order.
        needs: what its process has imported; where models are prepared, unless said.
        device: device whose environment the process gets.
        arguments: JSON values for that function.
        silence_s: longest time without any message before the job counts as hung.

    """

    do: str
    cells: tuple[Cell, ...] = ()
    needs: Needs = field(default_factory=home)
    device: str = "cpu"
    arguments: dict[str, Any] = field(default_factory=dict)
    silence_s: float = 900.0

    def without(self, done: set[str]) -> "Job":
        """Return the job with only the cells whose keys are not in `done`."""
        return replace(self, cells=tuple(cell for cell in self.cells if cell.key not in done))

    def dumps(self) -> str:
        """Return the job as one line of JSON."""
        return json.dumps(asdict(self))


def loads(text: str) -> Job:
    """Return the job that `Job.dumps` wrote."""
    flat = json.loads(text)
    cells = tuple(Cell(**{**cell, "kind": Kind(cell["kind"])}) for cell in flat["cells"])
    return Job(**{**flat, "cells": cells})


Event = Literal["pid", "begin", "record", "say", "result", "bad", "stop", "crash", "end"]
"""What a message is about.

`pid`: the process of the job. `begin` and `record`: a cell's key, when it starts and when its
record is on disk. `say`: a line for people. `result`: a JSON value for the parent. `bad`: the
user's input cannot be used. `stop`: the run's folder takes no more, so that nothing further can be
kept. `crash`: an exception that no cell caught. `end`: how the process
ended, its exit status or minus its signal.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One line from a worker to its parent.

    Attributes:
        event: what it is about.
        value: a JSON value.

    """

    event: Event
    value: Any

    def dumps(self) -> str:
        """Return the message as one line of JSON."""
        return json.dumps({"event": self.event, "value": self.value}) + "\n"
