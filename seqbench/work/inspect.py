"""Jobs that only look: at models, and at what this machine has."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from seqbench.advice.datacheck import check_data
from seqbench.advice.pairs import advise
from seqbench.artifact_checks import refuse_dangers
from seqbench.backends import here
from seqbench.device import DEVICES, kind_of
from seqbench.jobs import Job
from seqbench.models.loading import load
from seqbench.prepared import source
from seqbench.scenario import Scenario
from seqbench.show import describe, to_json
from seqbench.work.context import Context

if TYPE_CHECKING:
    import keras


def models(job: Job, context: Context) -> None:
    """Load each model, refuse what is no plain stack, and say what there is to measure.

    Arguments: `sources`. Result for each: `name`, `batch_sizes`,
    `training_batch`.
    """
    for scenario, _ in _built(job):
        training = scenario.training if scenario.data else None
        context.send(
            "result",
            {
                "name": scenario.name,
                "batch_sizes": scenario.batch_sizes,
                "training_batch": training.batch_size if training else None,
            },
        )


def _built(job: Job) -> "Iterator[tuple[Scenario, keras.Sequential]]":
    for origin in job.arguments["sources"]:
        scenario = load(source(origin), allow_code=origin["allow_code"])
        yield scenario, scenario.build()


def check(job: Job, context: Context) -> None:
    """Hold each model, its data and its training set-up against each other.

    Arguments: `sources`. Result for each: `name`, `warnings`.
    """
    for scenario, model in _built(job):
        data = scenario.data() if scenario.data else None
        if data is not None:
            check_data(model, scenario, data)
        warnings: list[str] = []
        if scenario.training is not None:
            labels = None if data is None else data.y_train
            warnings = advise(model, scenario.training.loss, labels)
        context.send("result", {"name": scenario.name, "warnings": warnings})


def show(job: Job, context: Context) -> None:
    """Describe each model's layers. Arguments: `sources`. Result for each: its description."""
    for scenario, model in _built(job):
        context.send("result", to_json(describe(model, scenario.name)))


def artifact(job: Job, _: Context) -> None:
    """Refuse an artifact that could run code or reach files. Arguments: `artifact`, `target`."""
    refuse_dangers(Path(job.arguments["artifact"]), job.arguments["target"])


def device(job: Job, context: Context) -> None:
    """Say why a device is not here. Result: the reason, None where it is."""
    backend = here()
    found = backend.sees()
    kind = kind_of(job.device)
    how = DEVICES[kind].how_to_get
    sees = f"Keras's {backend.name} sees no {kind.upper()} (only {', '.join(sorted(found))})"
    context.send("result", None if kind in found else f"{sees}: {how}")
