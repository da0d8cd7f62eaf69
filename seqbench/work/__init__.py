"""What workers do: one file a kind of job, listed in `DO`."""

from collections.abc import Callable
from contextlib import nullcontext

from seqbench.device import kind_of
from seqbench.jobs import Job
from seqbench.substitutes import RUNNABLE, in_place
from seqbench.work import compiling, export, inspect, locate, measure, parallel, peak, prepare
from seqbench.work.context import Context

DO: dict[str, Callable[[Job, Context], None]] = {
    "inspect": inspect.models,
    "check": inspect.check,
    "show": inspect.show,
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
    runnable = job.needs == "tensorflow" and kind_of(job.device) == "cpu"
    with in_place(RUNNABLE) if runnable else nullcontext():
        DO[job.do](job, context)


__all__ = ["DO", "Context", "run"]
