"""Jobs that only look: at models, and at what this machine has."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from seqbench.device import probe
from seqbench.jobs import Job
from seqbench.source import Source
from seqbench.work.context import Context


def source(flat: dict[str, Any]) -> Source:
    """Return the source that `flat` describes."""
    return Source(**{**flat, "path": Path(flat["path"])})


def flat(found: Source) -> dict[str, Any]:
    """Return a source as JSON values."""
    return {**asdict(found), "path": str(found.path)}


def models(job: Job, context: Context) -> None:
    """Load each model, refuse what is no plain stack, and say what there is to measure.

    Arguments: `sources`, `allow_code`. Result for each: `name`, `batch_sizes`,
    `training_batch`.
    """
    from seqbench.loading import load  # noqa: PLC0415 - after the fork

    for item in job.arguments["sources"]:
        found = source(item)
        context.say(f"loading {found.name}")
        scenario = load(found, allow_code=job.arguments["allow_code"])
        scenario.build()
        training = scenario.training if scenario.data else None
        context.send(
            "result",
            {
                "name": found.name,
                "batch_sizes": scenario.batch_sizes,
                "training_batch": training.batch_size if training else None,
            },
        )


def device(job: Job, context: Context) -> None:
    """Say why a device is not here. Result: the reason, None where it is."""
    context.send("result", probe(job.device))
