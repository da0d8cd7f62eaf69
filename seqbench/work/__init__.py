"""What workers do: one file a kind of job, listed in `DO`."""

from collections.abc import Callable
from contextlib import nullcontext

from seqbench.device import kind_of
from seqbench.jobs import Job
from seqbench.placement import start_tpu
from seqbench.substitutes import RUNNABLE, in_place
from seqbench.work import compiling, export, inspect, locate, measure, parallel, peak, prepare
from seqbench.work.context import Context

DO: dict[str, Callable[[Job, Context], None]] = {
    "inspect": inspect.models,
    "check": inspect.check,
    "show": inspect.show,
    "artifact": inspect.artifact,
    "probe": inspect.device,
    "peak": peak.peak,
    "prepare": prepare.prepare,
    "train": prepare.train_only,
    "export": export.export,
    "measure": measure.measure,
    "compile": compiling.models,
    "parallel": parallel.train,
    "tensors": locate.tensors,
    "locate": locate.locate,
}
"""Every kind of job by its name."""


def run(job: Job, context: Context) -> None:
    """Do one job in this process."""
    kind = kind_of(job.device)
    if job.needs == "tensorflow" and kind == "tpu":
        start_tpu()
    with in_place(RUNNABLE) if job.needs == "tensorflow" and kind == "cpu" else nullcontext():
        DO[job.do](job, context)


__all__ = ["DO", "Context", "run"]
