"""Steps on other devices than models are prepared on: several at once, chips to compile for."""

from seqbench.engine.jobs.compiling import Compile
from seqbench.engine.jobs.parallel import TrainOnDevices
from seqbench.engine.plan import needed_framework
from seqbench.engine.state import Run, execute
from seqbench.machine.devices import parse_count
from seqbench.machine.tpu_chips import CHIPS
from seqbench.models.snapshot import Origin


def train_on_devices(run: Run, source: Origin) -> None:
    """Train a model on several devices of this host, in a process for each cell."""
    for cell in run.cells(source.name):
        if parse_count(cell.device):
            needs, device = needed_framework(cell), cell.device
            execute(run, TrainOnDevices(cells=(cell,), needs=needs, device=device, source=source))


def compile_ahead(run: Run) -> None:
    """Compile every model's programs for the chips that were asked for, each in a process."""
    for device in run.request.selection.devices:
        cells = tuple(cell for cell in run.cells() if cell.device == device)
        if device in CHIPS and cells:
            sources = run.request.sources
            execute(run, Compile(cells=cells, needs=None, device=device, sources=sources))
