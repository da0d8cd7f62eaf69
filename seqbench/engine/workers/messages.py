"""What every piece of work is that runs in a process of its own, and the messages that it sends."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar

from seqbench.core import codec
from seqbench.core.record import Cell
from seqbench.machine.frameworks import Needs, preparing_framework

if TYPE_CHECKING:
    from seqbench.engine.jobs.context import Context

LOGS = "logs"
"""Folder, within a run's, of what its jobs print; the parent of the workers makes it."""


SILENCE_S = 900.0
"""How long a job that says nothing counts as working, seconds."""

SILENCE_S_PER_BYTE = 2e-6
"""How much longer for each byte of a model's weights: fifteen times what the slowest converter took
for 400 MB of them (54 s), on two cores that others used as well."""

Result = TypeVar("Result")
"""What a job sends back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Generic[Result]):
    """One piece of work for one process. Each kind is a subclass with fields of its own.

    Attributes:
        results_as: what each result is, as an annotation.
        cells: the cells whose records it writes, in its order.
        needs: what its process has imported; where models are prepared, unless said.
        device: device whose environment the process gets.
        about: what it does, in words, until it says something itself.
        quiet: whether nothing is to be said meanwhile, since it times something.
        silence_s: longest time without any message before the job counts as hung, seconds.
        process: the name of a process that does several jobs in turn, as long as it holds the
            model of the last; None for a process of the job's own.

    """

    results_as: ClassVar[Any] = None
    about: ClassVar[str] = "work on the models"
    quiet: ClassVar[bool] = False
    cells: tuple[Cell, ...] = ()
    needs: Needs = field(default_factory=preparing_framework)
    device: str = "cpu"
    silence_s: float = SILENCE_S
    process: str | None = None

    def run(self, context: "Context") -> Iterable[Result]:
        """Do the work in this process; each result is sent to the parent as it comes."""
        raise NotImplementedError

    def without(self, done: set[str]) -> Self:
        """Return the job with only the cells whose keys are not in `done`."""
        return replace(self, cells=tuple(cell for cell in self.cells if cell.key not in done))


Event = Literal[
    "worker",
    "pid",
    "begin",
    "record",
    "say",
    "step",
    "wait",
    "result",
    "bad",
    "stop",
    "crash",
    "memory",
    "waits",
    "end",
]
"""What a message is about.

`worker`: the process of the worker, its first message. `pid`: that of the job. `begin` and
`record`: a cell's key, when it starts and when its record is on disk. `say`: a line for people.
`step`: which part of that is done now. `wait`: a line for people that the parent makes of these,
where nothing was said for a while.
`result`: one of the job's results, as JSON values. `bad`: the user's input cannot be used. `stop`:
the run's folder takes no more, so that nothing further can be kept. `crash`: an exception that no
cell caught. `memory`: the most that its process had, in bytes. `waits`: the job has ended, and its
process waits for another. `end`: how the process ended, its exit status or minus its signal.
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


def patience_s(weight_bytes: int) -> float:
    """Return how long work on a model with so large weights may say nothing, seconds."""
    return SILENCE_S + SILENCE_S_PER_BYTE * weight_bytes
