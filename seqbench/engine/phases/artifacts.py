"""Artifacts in their runtimes: a job for each runtime and each fresh process that times it."""

from collections.abc import Sequence
from dataclasses import replace

from seqbench.core.record import PLAIN, Cell, Kind
from seqbench.core.store import PERTURBED
from seqbench.engine import state
from seqbench.engine.jobs.measure import Measure
from seqbench.engine.jobs.verify import Pair, Subject
from seqbench.engine.phases import verdicts
from seqbench.engine.state import Run
from seqbench.engine.workers.messages import patience_s
from seqbench.measurement import roofline
from seqbench.models import snapshot as prepared
from seqbench.models.snapshot import Snapshot
from seqbench.runtimes import Runtime
from seqbench.targets import TARGETS, Artifact, Exported, manifest
from seqbench.verdict.judge import Declaration


def measure(
    run: Run, models: Sequence[str], runtime: Runtime, device: str, process: int = 1
) -> tuple[Cell, ...]:
    """Run in one runtime what was exported, or the given artifact instead; return what ran.

    Cells are timed that have samples of fewer processes than `process`; the first one judges too.
    """

    def wanted() -> tuple[Cell, ...]:
        return tuple(
            cell
            for cell in run.cells()
            if cell.model in models
            and (cell.runtime, cell.device) == (runtime.name, device)
            and cell.kind in (Kind.INFER, Kind.VERIFY)
            and state.processes_of(run.store.find(cell.key)) < process
        )

    for cell in wanted():
        reason = run.blocked.get((cell.model, cell.target or "", cell.variant))
        if reason is not None:
            state.close(run, [cell], *reason)
    cells = wanted()
    if not cells:
        return ()
    for threads in dict.fromkeys(cell.threads for cell in cells):  # fixed once in a process
        mine = tuple(cell for cell in cells if cell.threads == threads)
        timed = any(cell.kind is Kind.INFER for cell in mine)
        job = Measure(
            cells=mine,
            needs=runtime.needs,
            device=device,
            silence_s=patience_s(max(run.weight_bytes.get(cell.model, 0) for cell in mine)),
            runtime=runtime.name,
            given=bool(run.request.given),
            budget=run.request.budget,
            subjects=tuple(
                _subject(run, model, variant, runtime)
                for model, variant in dict.fromkeys((cell.model, cell.variant) for cell in mine)
            ),
            bounds={
                cell.key: roofline.bound_of_cell(
                    cell, prepared.read(run.store.model(cell.model)).demand, run.peak
                )
                for cell in mine
                if cell.kind is Kind.INFER
            },
            shared=None if timed else run.browser(runtime, device),
        )
        state.execute(run, job)
    return cells


def _subject(run: Run, model: str, variant: str, runtime: Runtime) -> Subject:
    """Return what to run of one model: its artifact, and the one that is judged beside it."""
    given = run.request.find_given(model, runtime.target, variant)
    folder = run.store.model(model)
    snapshot = prepared.read(folder)
    copy = folder / PERTURBED
    artifacts, declaration = {given.artifact if given else folder: folder}, None
    if runtime.target is None and copy.exists():
        artifacts[copy] = copy
    if given is not None:
        entry = verdicts.find_entry(given, snapshot.sha256)
        declaration = None if entry is None else _declaration(snapshot, entry)
    elif runtime.target is not None:
        artifact = Artifact(target=TARGETS[runtime.target], variant=variant)
        home = run.store.artifacts / model
        artifacts = {home / artifact.filename: folder}
        entry = manifest.read(home).artifacts[artifact.label]
        declaration = _declaration(snapshot, entry)
        if copy.exists() and variant == PLAIN:
            artifacts[copy / artifact.filename] = copy
    return Subject(
        model=model,
        variant=variant,
        seed=snapshot.seed,
        pairs=tuple(
            Pair(artifact=artifact, reference=home / prepared.REFERENCE)
            for artifact, home in artifacts.items()
        ),
        fresh=snapshot.fresh,
        never_masked=snapshot.never_masked,
        declaration=declaration,
        held_out=folder / prepared.HELD_OUT,
        given=given is not None and declaration is None,
        trained=snapshot.trained,
    )


def _declaration(snapshot: Snapshot, exported: Exported) -> Declaration:
    """Return what the export said, with the model's own word on which inputs' sizes are free."""
    shape = (exported.input.shape[0], *snapshot.input_shape[1:])
    return Declaration(input=replace(exported.input, shape=shape), output=exported.output)
