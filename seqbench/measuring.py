"""Artifacts in their runtimes: a job for each runtime and each fresh process that times it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seqbench import manifest, prepared, roofline, steps
from seqbench.jobs import Job
from seqbench.record import PLAIN, Cell, Kind
from seqbench.runtimes import Runtime
from seqbench.steps import Run
from seqbench.store import PERTURBED, Store
from seqbench.targets import TARGETS, Artifact


def measure(
    run: Run,
    models: Sequence[str],
    runtime: Runtime,
    device: str,
    process: int = 1,
    artifact: Path | None = None,
) -> tuple[Cell, ...]:
    """Run in one runtime what was exported, or one given artifact instead; return what ran.

    Cells are timed that have samples of fewer processes than `process`; the first one judges too.
    """

    def wanted() -> tuple[Cell, ...]:
        return tuple(
            cell
            for cell in run.cells()
            if cell.model in models
            and (cell.runtime, cell.device) == (runtime.name, device)
            and cell.kind in (Kind.INFER, Kind.VERIFY)
            and steps.processes_of(run.store.find(cell.key)) < process
        )

    for cell in wanted():
        reason = run.blocked.get((cell.model, cell.target or "", cell.variant))
        if reason is not None:
            steps.close(run, [cell], *reason)
    cells = wanted()
    if not cells:
        return ()
    for threads in dict.fromkeys(cell.threads for cell in cells):  # fixed once in a process
        mine = tuple(cell for cell in cells if cell.threads == threads)
        arguments = {
            "runtime": runtime.name,
            "given": artifact is not None,
            "budget": asdict(run.request.budget),
            "items": [
                _item(run.store, model, variant, runtime, artifact)
                for model, variant in dict.fromkeys((cell.model, cell.variant) for cell in mine)
            ],
            "bounds": {
                cell.key: roofline.of(cell, prepared.facts(run.store.model(cell.model)), run.peak)
                for cell in mine
                if cell.kind is Kind.INFER
            },
        }
        job = Job(do="measure", cells=mine, needs=runtime.needs, device=device, arguments=arguments)
        steps.execute(run, job)
    return cells


def _item(
    store: Store, model: str, variant: str, runtime: Runtime, given: Path | None
) -> dict[str, Any]:
    """Return what to run of one model: its artifact, and the one that is judged beside it."""
    folder = store.model(model)
    facts = prepared.facts(folder) or {}
    copy = folder / PERTURBED
    artifacts, promise = {given or folder: folder}, None
    if runtime.target is None and copy.exists():
        artifacts[copy] = copy
    if given is None and runtime.target is not None:
        artifact = Artifact(target=TARGETS[runtime.target], variant=variant)
        home = store.artifacts / model
        artifacts = {home / artifact.filename: folder}
        promise = _promise(facts, manifest.read(home)["artifacts"][artifact.label])
        if copy.exists() and variant == PLAIN:
            artifacts[copy / artifact.filename] = copy
    return {
        "model": model,
        "variant": variant,
        "pairs": [
            {"artifact": str(artifact), "reference": str(home / prepared.REFERENCE)}
            for artifact, home in artifacts.items()
        ],
        "held_out": str(folder / prepared.HELD_OUT),
        "promise": promise,
        **facts,
    }


def _promise(facts: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Return what the export said, with the model's own word on which inputs' sizes are free."""
    batch = entry["input"]["shape"][0]
    source = {**entry["input"], "shape": [batch, *facts["input_shape"][1:]]}
    return {"input": source, "output": entry["output"]}
