"""Export each model once to every target, in every variant, that a cell needs."""

from seqbench.core.errors import InputError
from seqbench.core.record import Kind, Status
from seqbench.core.store import Store
from seqbench.engine import state
from seqbench.engine.jobs.export import Export
from seqbench.engine.state import Request, Run
from seqbench.engine.workers.messages import patience_s
from seqbench.models import snapshot
from seqbench.targets import TARGETS, Artifact, dist_folder, manifest
from seqbench.targets.manifest import Model

LARGE_BYTES = 64 << 20
"""Weights from which each target is exported in a process of its own: to load the model again is
little beside the work on it then."""


def refuse_foreign(request: Request, store: Store) -> None:
    """Refuse to replace what seqbench did not write, before any work is done.

    Raises:
        InputError: there is such a thing where an artifact would be written.

    """
    artifacts = _artifacts(request)
    for source in request.sources:
        dist_folder.refuse_foreign(store.artifacts / source.name, artifacts)


def _artifacts(request: Request) -> list[Artifact]:
    """Return what is asked for of each model."""
    selection = request.selection
    return [
        Artifact(target=TARGETS[target], variant=variant)
        for target in selection.targets
        for variant in selection.variants_of(target)
    ]


def export(run: Run, model: str) -> None:
    """Export to each target, in each variant, that a cell needs; nothing of a given artifact.

    The model is in no process's memory then.
    """
    if not run.request.given:
        _export(run, model)
    run.workers.end_process(model)


def _export(run: Run, model: str) -> None:
    mine = [cell for cell in run.cells(model) if cell.target]
    targets = {cell.target for cell in mine}
    needed = {(cell.target, cell.variant) for cell in mine}
    wanted = [
        (target, variant)
        for target in run.request.selection.targets
        if target in targets
        for variant in run.request.selection.variants_of(target)
        if (target, variant) in needed
    ]
    cells = tuple(cell for cell in mine if cell.kind is Kind.EXPORT)
    if wanted and not _is_usable(run, model):
        return
    planned, weight_bytes = tuple(wanted), run.weight_bytes.get(model, 0)
    while wanted:
        job = Export(
            cells=cells,
            process=model if weight_bytes < LARGE_BYTES else None,
            silence_s=patience_s(weight_bytes),
            model=model,
            artifacts=run.store.artifacts,
            planned=planned,
            wanted=_together(wanted, weight_bytes),
        )
        outcome = run.run_job(job)
        state.keep(run, outcome.done)
        for result in outcome.results:
            made = (result.target, result.variant)
            wanted.remove(made)
            if result.status is not Status.PASS:
                run.blocked[model, *made] = (result.status, f"not exported: {result.reason}")
        if outcome.bad_input is not None:
            _refuse(run, model, outcome.bad_input)
            return
        if outcome.problem is None:
            continue
        # It died: on the artifact whose cell was running, else on the first without a result.
        running = run.left.get(outcome.running or "")
        lost = (running.target or "", running.variant) if running else wanted[0]
        run.blocked[model, *lost] = (Status.ERROR, f"not exported: {outcome.problem}")
        state.close(run, [running] if running else [], Status.ERROR, outcome.problem)
        wanted.remove(lost)
        cells = tuple(cell for cell in cells if cell.key in run.left)


def _together(wanted: list[tuple[str, str]], weight_bytes: int) -> tuple[tuple[str, str], ...]:
    """Return what one process exports: of a large model one target, with its variants.

    What a converter took stays with its process, and would be added to what the next one takes.
    """
    if weight_bytes < LARGE_BYTES:
        return tuple(wanted)
    return tuple(pair for pair in wanted if pair[0] == wanted[0][0])


def _is_usable(run: Run, model: str) -> bool:
    """Whether the model's folder can be exported into, now that its weights are known."""
    folder = run.store.artifacts / model
    known = snapshot.read(run.store.model(model))
    source = manifest.describe_source(known.source, folder)
    manifest.renew_source(folder, Model(name=model, sha256=known.sha256, source=source))
    if run.store.delivers:
        try:
            dist_folder.refuse_stale(folder, known.sha256, _artifacts(run.request))
        except InputError as error:
            _refuse(run, model, str(error))
            return False
    return True


def _refuse(run: Run, model: str, problem: str) -> None:
    """Take note that a model's folder cannot be exported into: the other models can."""
    run.bad_input.append(problem)
    run.refused.add(model)
    state.close(run, run.cells(model), Status.ERROR, problem)
