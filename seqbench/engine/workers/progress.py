"""What is said of a job that says nothing by itself for a while."""

from dataclasses import dataclass
from typing import Any, Self

from seqbench.core.record import Kind
from seqbench.engine.workers.messages import Job, Message

EVERY_S = 5.0
"""How often people hear of a job at least, seconds."""

TIMED = (Kind.TRAIN, Kind.INFER)
"""Cells during which nothing is said: the parent sleeps while something is timed."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """What a job does, as far as it has said.

    Attributes:
        job: the job.
        since: when it began what it does now, seconds of `machine.clock`.
        told: when people last heard of it.
        doing: what it does now.
        step: which part of that; empty where it has not said.
        running: the cell that it works on, by its key.

    """

    job: Job[Any]
    since: float
    told: float
    doing: str
    step: str = ""
    running: str | None = None

    @classmethod
    def start(cls, job: Job[Any], now: float) -> Self:
        """Return that of a job which begins."""
        return cls(job=job, since=now, told=now, doing=job.about)

    def hear(self, message: Message, now: float) -> None:
        """Take note of a message of the job."""
        match message.event:
            case "say":
                self.doing, self.step, self.since, self.told = str(message.value), "", now, now
            case "step":
                self.step = str(message.value)
            case "begin":
                self.running = str(message.value)
            case "record":
                self.running = None

    def word(self, now: float) -> Message | None:
        """Return what people are to be told now; None where they have heard of it lately."""
        if now - self.told < EVERY_S or self._is_timed():
            return None
        self.told = now
        return Message(event="wait", value=f"{self.place}, for {now - self.since:.0f} s")

    @property
    def place(self) -> str:
        """What the job does, with the part of it."""
        return f"{self.doing}: {self.step}" if self.step else self.doing

    def _is_timed(self) -> bool:
        timed = {cell.key for cell in self.job.cells if cell.kind in TIMED}
        return self.job.quiet or self.running in timed
