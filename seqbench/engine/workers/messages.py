"""What every piece of work is that runs in a process of its own, and the messages that it sends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, Self, TypeVar

from seqbench.core import codec
from seqbench.core.record import Cell, Record
from seqbench.machine.frameworks import Needs, preparing_framework

LOGS = "logs"
"""Folder, within a run's, of what its jobs print; the parent of the workers makes it."""


Result = TypeVar("Result")
"""What a job sends back."""


class Context(Protocol):
    """What a job writes to: the run's folder, and its parent."""

    @property
    def folder(self) -> Path:
        """The run's folder."""

    @property
    def import_s(self) -> float:
        """Seconds for which this process's origin imported what its jobs need."""

    @property
    def send(self) -> "Callable[[Event, Any], None]":
        """Send one message to the parent."""

    def say(self, text: str) -> None:
        """Tell people what is being done."""

    def attempt(
        self, cell: Cell, packages: tuple[str, ...], seed: int, do: Callable[[], dict[str, Any]]
    ) -> Record:
        """Run one cell and save its record; `do` returns the record's fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[Result]):
    """One piece of work for one process. Each kind is a subclass with fields of its own.

    Attributes:
        results_as: what each result is, as an annotation.
        cells: the cells whose records it writes, in its order.
        needs: what its process has imported; where models are prepared, unless said.
        device: device whose environment the process gets.
        silence_s: longest time without any message before the job counts as hung, seconds.

    """

    results_as: ClassVar[Any] = None
    cells: tuple[Cell, ...] = ()
    needs: Needs = field(default_factory=preparing_framework)
    device: str = "cpu"
    silence_s: float = 900.0

    def run(self, context: Context) -> Iterable[Result]:
        """Do the work in this process; each result is sent to the parent as it comes."""
        raise NotImplementedError

    def without(self, done: set[str]) -> Self:
        """Return the job with only the cells whose keys are not in `done`."""
        return replace(self, cells=tuple(cell for cell in self.cells if cell.key not in done))


Event = Literal["pid", "begin", "record", "say", "result", "bad", "stop", "crash", "end"]
"""What a message is about.

`pid`: the process of the job. `begin` and `record`: a cell's key, when it starts and when its
record is on disk. `say`: a line for people. `result`: one of the job's results, as JSON values.
`bad`: the user's input cannot be used. `stop`: the run's folder takes no more, so that nothing
further can be kept. `crash`: an exception that no cell caught. `end`: how the process ended, its
exit status or minus its signal.
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

    def to_line(self) -> str:
        """Return the message as one line of JSON."""
        return codec.to_text(self) + "\n"
