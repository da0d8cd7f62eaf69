"""Steps on other devices than models are prepared on: several at once, chips to compile for."""

from seqbench import prepared
from seqbench.chips import CHIPS
from seqbench.device import several
from seqbench.jobs import Job
from seqbench.models.source import Source
from seqbench.plan import framework
from seqbench.steps import Run, execute


def train_on_several(run: Run, source: Source) -> None:
    """Train a model on several devices of this host, in a process for each cell."""
    arguments = {"source": prepared.flat(source, allow_code=run.request.allow_code)}
    for cell in run.cells(source.name):
        if several(cell.device):
            needs, device = framework(cell), cell.device
            job = Job(do="parallel", cells=(cell,), needs=needs, device=device, arguments=arguments)
            execute(run, job)


def compile_ahead(run: Run) -> None:
    """Compile every model's programs for the chips that were asked for, each in a process."""
    for device in run.request.selection.devices:
        cells = tuple(cell for cell in run.cells() if cell.device == device)
        if device in CHIPS and cells:
            arguments = {"sources": run.request.origins}
            execute(
                run,
                Job(do="compile", cells=cells, needs=None, device=device, arguments=arguments),
            )
