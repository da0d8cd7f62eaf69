"""The models of a session: each is prepared, exported and verified once, when first asked for."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from seqbench.core import signals
from seqbench.core.errors import InputError
from seqbench.core.files import temporary_folder
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store
from seqbench.engine import pipeline, plan
from seqbench.engine.phases import preparation
from seqbench.engine.plan import Selection
from seqbench.engine.state import Observer, Request, Run
from seqbench.engine.workers.pool import Workers
from seqbench.measurement.loop import QUICK, Budget
from seqbench.models import snapshot
from seqbench.models.snapshot import Origin
from seqbench.runtimes import RUNTIMES, Load
from seqbench.targets import TARGETS
from seqbench.targets.recognition import artifact_path

KINDS = (Kind.TRAIN, Kind.EXPORT, Kind.VERIFY, Kind.INFER)
"""What is done with each model."""


class Runs:
    """What a session of pytest has of its models; all of it ends with `close`.

    Args:
        min_samples: fewest samples where calls are timed outside this process.
        measure_s: how long to time there.

    """

    def __init__(self, min_samples: int, measure_s: float) -> None:
        self.budget: Budget = replace(QUICK, min_samples=min_samples, measure_s=measure_s)
        self._stack = ExitStack()
        self._paths: dict[str, Path] = {}
        self._chosen: dict[Origin, list[Cell]] = {}
        self._done: dict[Origin, Run] = {}
        self._loads: dict[str, Load] = {}

    @cached_property
    def _folder(self) -> Path:
        # pytest ends in order after Ctrl-C, but is told of no other signal.
        self._stack.enter_context(signals.raising())
        return self._stack.enter_context(temporary_folder())

    @cached_property
    def _workers(self) -> Workers:
        return self._stack.enter_context(Workers(self._folder, lambda _: None))

    def plan(self, source: Origin) -> list[Cell]:
        """Return the cells of a model.

        Raises:
            InputError: the model cannot be used.

        """
        other = self._paths.setdefault(source.name, source.path)
        if other != source.path:
            raise InputError(f"{source.path}: {other} has a model {source.name!r} as well")
        run = self._run(source)
        return plan.cells(preparation.inspect([run]), run.request.selection)

    def end_collection(self, chosen: Sequence[tuple[Origin, Cell]]) -> None:
        """Take note of what is to be done."""
        for source, cell in chosen:
            self._chosen.setdefault(source, []).append(cell)

    def close(self) -> None:
        """End everything."""
        self._stack.close()

    def record(self, source: Origin, cell: Cell) -> Record:
        """Return the record of a cell that is not timed here, doing what was chosen first."""
        found = self._of(source).store.find(cell.key)
        if found is None:
            reason = "it never ran: a defect of seqbench"
            return Record(cell=cell, status=Status.ERROR, reason=reason)
        return found

    def records(self, source: Origin) -> list[Record]:
        """Return every record that there is of a model."""
        run = self._of(source)
        found = (run.store.find(cell.key) for cell in self._chosen[source])
        return [record for record in found if record is not None]

    def hindrance(self, source: Origin, cell: Cell) -> tuple[Status, str | None] | None:
        """Return why a timed cell cannot be run, None where it can."""
        run = self._of(source)
        record = run.store.find(cell.key)
        if record is not None:
            return record.status, record.reason
        return run.blocked.get((cell.model, cell.target or "", cell.variant))

    def artifact(self, source: Origin, cell: Cell) -> Path:
        """Return what a cell's runtime loads."""
        return artifact_path(self._of(source).store, cell)

    def answers(self, source: Origin) -> Path:
        """Return the model's reference, which holds its inputs."""
        return self._of(source).store.model(source.name) / snapshot.REFERENCE

    def load(self, runtime: str) -> Load:
        """Return what loads artifacts in a runtime; what it starts ends with the session."""
        if runtime not in self._loads:
            self._loads[runtime] = self._stack.enter_context(RUNTIMES[runtime].start())
        return self._loads[runtime]

    def _of(self, source: Origin) -> Run:
        """Return the run of a model, with everything done but the timing of its calls."""
        if source in self._done:
            return self._done[source]
        run = self._done[source] = self._run(source)
        pipeline.complete(run, source, self._chosen[source])
        return run

    def _run(self, source: Origin) -> Run:
        selection = Selection(kinds=KINDS, targets=tuple(TARGETS), runtimes=None, devices=("cpu",))
        request = Request(sources=(source,), selection=selection, budget=self.budget)
        return Run(
            store=Store(self._folder), workers=self._workers, request=request, observer=Observer()
        )
