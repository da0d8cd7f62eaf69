"""Progress on standard error: a bar where it is a terminal, plain lines where it is none.

It draws only when a message comes. While a timing runs none does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from seqbench.core.record import Cell, Record
from seqbench.engine.state import Observer
from seqbench.engine.workers.messages import Message
from seqbench.machine.clock import Clock, clock

SAID = ("say", "wait")
"""What is shown of a worker's messages."""


@contextmanager
def show_progress(console: Console | None = None, now: Clock = clock) -> Iterator[Observer]:
    """Give an observer that shows a run's progress."""
    console = console or Console(stderr=True)
    lines = _Lines(console, now)
    if not console.is_terminal:
        yield Observer(planned=lines.planned, message=lines.said, record=lines.recorded)
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[times]}"),
        console=console,
        auto_refresh=False,
        transient=True,
    )
    task = bar.add_task("starting", total=None, times="")

    def planned(cells: Sequence[Cell]) -> None:
        lines.planned(cells)
        bar.update(task, total=len(cells))

    def message(found: Message) -> None:
        if found.event in SAID:
            bar.update(task, description=str(found.value)[:60], times=lines.times(), refresh=True)

    def record(found: Record) -> None:
        lines.done += 1
        bar.advance(task)
        if found.status not in ("pass", "unavailable"):
            bar.console.print(lines.verdict(found), markup=False, highlight=False)

    with bar:
        yield Observer(planned=planned, message=message, record=record)


class _Lines:
    """Plain lines: each thing that is said, and each verdict."""

    def __init__(self, console: Console, now: Clock) -> None:
        self._console = console
        self._now = now
        self._start = now()
        self.total = 0
        self.done = 0

    def planned(self, cells: Sequence[Cell]) -> None:
        self.total = len(cells)
        self._start = self._now()
        if not self._console.is_terminal:
            self._print(f"{self.total} cells to do")

    def said(self, message: Message) -> None:
        if message.event in SAID:
            self._print(f"[{self.done + 1}/{self.total or '?'}] {message.value} ({self.times()})")

    def recorded(self, record: Record) -> None:
        self.done += 1
        if record.status not in ("pass", "unavailable"):
            self._print(self.verdict(record))

    def verdict(self, record: Record) -> str:
        reason = (record.reason or "").splitlines() or [""]
        return f"{record.status.upper()} {record.cell.key}: {reason[0]}"

    def times(self) -> str:
        """Return how long it took, and how long the rest takes if it is like what was done."""
        elapsed = self._now() - self._start
        text = f"{elapsed:.0f} s"
        if self.done and self.total > self.done:
            text += f", about {elapsed / self.done * (self.total - self.done):.0f} s left"
        return text

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
