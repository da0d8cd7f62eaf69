"""Steps on other devices than models are prepared on: several at once, chips to compile for."""

from seqbench.chips import CHIPS
from seqbench.device import several
from seqbench.plan import framework
from seqbench.prepared import Origin
from seqbench.steps import Run, execute
from seqbench.work.compiling import Compile
from seqbench.work.parallel import TrainOnSeveral


def train_on_several(run: Run, source: Origin) -> None:
    """Train a model on several devices of this host, in a process for each cell."""
    for cell in run.cells(source.name):
        if several(cell.device):
            needs, device = framework(cell), cell.device
            execute(run, TrainOnSeveral(cells=(cell,), needs=needs, device=device, source=source))


def compile_ahead(run: Run) -> None:
    """Compile every model's programs for the chips that were asked for, each in a process."""
    for device in run.request.selection.devices:
        cells = tuple(cell for cell in run.cells() if cell.device == device)
        if device in CHIPS and cells:
            sources = run.request.sources
            execute(run, Compile(cells=cells, needs=None, device=device, sources=sources))
