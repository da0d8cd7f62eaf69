"""Export each model once to every target, in every variant, that a cell needs."""

from seqbench.core.record import Kind, Status
from seqbench.core.store import Store
from seqbench.engine import state
from seqbench.engine.jobs.export import Export
from seqbench.engine.state import Request, Run
from seqbench.targets import TARGETS, Artifact, manifest


def refuse_foreign(request: Request, store: Store) -> None:
    """Refuse to replace what seqbench did not write, before any work is done.

    Raises:
        InputError: there is such a thing where an artifact would be written.

    """
    selection = request.selection
    artifacts = [
        Artifact(target=TARGETS[target], variant=variant)
        for target in selection.targets
        for variant in selection.variants_of(target)
    ]
    for source in request.sources:
        manifest.refuse_foreign(store.artifacts / source.name, artifacts)


def export(run: Run, model: str) -> None:
    """Export to each target, in each variant, that a cell needs; nothing of a given artifact."""
    if run.request.given is not None:
        return
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
    while wanted:
        job = Export(cells=cells, model=model, artifacts=run.store.artifacts, wanted=tuple(wanted))
        outcome = run.run_job(job)
        state.keep(run, outcome.done)
        for result in outcome.results:
            made = (result.target, result.variant)
            wanted.remove(made)
            if result.status is not Status.PASS:
                run.blocked[model, *made] = (result.status, f"not exported: {result.reason}")
        if outcome.problem is None:
            return
        # It died: on the artifact whose cell was running, else on the first without a result.
        running = run.left.get(outcome.running or "")
        lost = (running.target or "", running.variant) if running else wanted[0]
        run.blocked[model, *lost] = (Status.ERROR, f"not exported: {outcome.problem}")
        state.close(run, [running] if running else [], Status.ERROR, outcome.problem)
        wanted.remove(lost)
        cells = tuple(cell for cell in cells if cell.key in run.left)
