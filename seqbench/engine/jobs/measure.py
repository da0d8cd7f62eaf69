"""Run artifacts in a runtime: time them, and judge their numbers."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Never

from seqbench.core import codec
from seqbench.core.record import PLAIN, Cell, Kind
from seqbench.core.store import Store
from seqbench.engine.jobs import timed, verify
from seqbench.engine.jobs.context import Context
from seqbench.engine.jobs.timed import Opened
from seqbench.engine.jobs.verify import Subject
from seqbench.engine.workers.messages import Job
from seqbench.machine.clock import clock
from seqbench.machine.host import limit_memory
from seqbench.measurement.loop import Budget
from seqbench.measurement.roofline import Bound
from seqbench.runtimes import RUNTIMES, Load, Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Job[Never]):
    """Time and verify artifacts in one runtime.

    The job's cells of a model in a variant belong to its subject. A timing that has a record
    already gets this process's samples added to it. Timings come first: what judging leaves in
    memory would count in theirs.

    Attributes:
        runtime: the runtime's name.
        given: whether the artifact may be anybody's: it gets no more memory than is free.
        budget: how long to time each cell.
        subjects: what is timed and judged.
        bounds: the roofline's bound for each timed cell, by its key; None where there is none.
        shared: where to find the run's browser; None for one of the job's own, as timings need.

    """

    runtime: str
    given: bool
    budget: Budget
    subjects: tuple[Subject, ...]
    bounds: dict[str, Bound | None]
    shared: Path | None = None

    def run(self, context: Context) -> tuple[()]:
        """Write the cells' records."""
        runtime = RUNTIMES[self.runtime]
        import_s = _import_s(runtime, context)
        if self.given and not runtime.own_process:
            limit_memory()
        with runtime.start(self.shared) as load:
            for subject in self.subjects:
                of = (subject.model, subject.variant)
                cells = [cell for cell in self.cells if (cell.model, cell.variant) == of]
                timings = [cell for cell in cells if cell.kind is Kind.INFER]
                open_session = partial(timed.open_session, load, import_s=import_s)
                self._time(timings, subject, open_session, context)
                for cell in cells:
                    if cell.kind is Kind.VERIFY:
                        self._verify(cell, subject, load, context)
        return ()

    def _time(
        self,
        cells: list[Cell],
        subject: Subject,
        open_session: Callable[[Path, Cell], Opened],
        context: Context,
    ) -> None:
        """Time cells of one artifact, all with the same number of threads, in one session."""
        pair = subject.pairs[0]
        opened: list[Opened] = []  # in the first cell that can, for all

        def one(cell: Cell) -> dict[str, Any]:
            if not opened:
                opened.append(open_session(pair.artifact, cell))
            earlier = Store(context.folder).find(cell.key)
            size = earlier.calls_per_sample if earlier else None
            budget = replace(self.budget, calls_per_sample=size)
            fields = timed.time_session(opened[0], pair.reference, cell, budget)
            fields["details"]["roofline"] = codec.to_json(self.bounds[cell.key])
            return timed.join_processes(earlier, fields)

        for cell in cells:
            context.say(f"{cell.model}: timing {self.runtime}, batch {cell.batch_size}")
            packages = RUNTIMES[self.runtime].packages
            context.attempt(cell, packages, subject.seed, partial(one, cell))
        for one_opened in opened:
            one_opened.session.close()

    def _verify(self, cell: Cell, subject: Subject, load: Load, context: Context) -> None:
        what = cell.target or "the model"
        what = what if cell.variant == PLAIN else f"{what} ({cell.variant})"
        context.say(f"{cell.model}: running {what} in {self.runtime}")
        if cell.variant == PLAIN:
            judged = partial(verify.verify_plain, subject, load, cell, context.step)
        else:
            judged = partial(verify.verify_reduced, subject, load, cell)
        context.attempt(cell, RUNTIMES[self.runtime].packages, subject.seed, judged)


def _import_s(runtime: Runtime, context: Context) -> float | None:
    """Import what the runtime needs; return how long that took, here and before the fork."""
    if runtime.imports is None:
        return None
    start = clock()
    importlib.import_module(runtime.imports)
    return context.import_s + clock() - start
