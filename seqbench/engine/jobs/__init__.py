"""What workers do: one class a kind of job, listed in `KINDS`."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqbench.backends.patches.registry import RUNNABLE, in_place
from seqbench.backends.tensorflow_devices import start_tpu
from seqbench.core import codec
from seqbench.engine.jobs.compiling import Compile
from seqbench.engine.jobs.context import Context
from seqbench.engine.jobs.export import Export
from seqbench.engine.jobs.inspect import Check, Describe, Inspect, InspectArtifact, Probe
from seqbench.engine.jobs.locate_layer import LocateLayer, ReadTensors
from seqbench.engine.jobs.measure import Measure
from seqbench.engine.jobs.parallel import TrainOnDevices
from seqbench.engine.jobs.peak import MeasurePeak
from seqbench.engine.jobs.prepare import Prepare, Train
from seqbench.engine.workers.messages import Job
from seqbench.machine.devices import kind_of

KINDS: dict[str, type[Job[Any]]] = {
    kind.__name__: kind
    for kind in (
        Inspect,
        Check,
        Describe,
        InspectArtifact,
        Probe,
        MeasurePeak,
        Prepare,
        Train,
        TrainOnDevices,
        Export,
        Measure,
        ReadTensors,
        LocateLayer,
        Compile,
    )
}
"""Every kind of job by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job on its way to a worker.

    Attributes:
        kind: the name of its class.
        fields: its fields as JSON values; `read` makes them the job again.
        folder: the run's folder.
        log: the file for what its process prints.

    """

    kind: str
    fields: Any
    folder: Path
    log: Path


def write(job: Job[Any], folder: Path, log: Path) -> str:
    """Return a job as one line of JSON, with where its records and its output go."""
    fields = codec.to_json(job)
    return codec.to_text(Order(kind=type(job).__name__, fields=fields, folder=folder, log=log))


def read(text: str) -> tuple[Order, Job[Any]]:
    """Return what `write` wrote, and the job.

    Raises:
        ValueError: its fields do not fit its kind.

    """
    order = codec.from_text(Order, text)
    return order, codec.from_json(KINDS[order.kind], order.fields)


def run(job: Job[Any], context: Context) -> None:
    """Do one job in this process, and send its results to the parent as they come."""
    kind = kind_of(job.device)
    if job.needs == "tensorflow" and kind == "tpu":
        start_tpu()
    with in_place(RUNNABLE) if job.needs == "tensorflow" and kind == "cpu" else nullcontext():
        for result in job.run(context):
            context.send("result", codec.to_json(result))
