"""Benchmark, export and verify Keras Sequential models on the runtimes their users have.

`import seqbench` loads no framework; `run`, `export`, `verify`, `check` and `show` start processes
that do.

The map of the package, from the ground up; each floor knows only those below it:

    stats                       medians with intervals
    codec                       dataclasses to JSON and back
    errors, oneline, record     what can go wrong; cells, records and their JSON
    files, lock                 writing whole or not at all; what one process at a time may write
    signals, streams, tether    how a command ends: signals, closed pipes, a parent that is gone
    storage                     a folder that is full or went away
    chips                       TPUs that need not be here: their published figures
    framework                   TensorFlow, jax and torch: which are here
    jobs                        work for a process of its own, and the messages it sends
    gpu                         what NVIDIA says of the card
    scenario, device, machine   what is measured, where it runs, facts of this machine
    units                       how numbers are printed
    timing, foreign_load        the loop that times calls; what other programs do meanwhile
    store, naming               the folder of a run; its name
    parting, layerwise          where an artifact's tensors part from the model's layers
    verdict, quality            is what an artifact computes still the model? is it, in reduced
                                precision, still good enough?
    judge                       whether the answers of a session are still the model
    session, contract           what every runtime gives back when it has loaded a model, and
                                what an artifact must keep beside its numbers
    models/                     from a MODEL argument to a plain, built stack of layers
    advice/                     what is likely wrong with a model, its data and its loss
    first_layers, suite, seek   inputs that make faults show
    shifts, rounding            gates and averages that are off; the roundings of sums
    inference                   a model as a function of arrays
    reference                   what float32 costs the model; the float64 twin that judges
    prepared, freeze            a model in another process; its one frozen inference graph
    flops, describe             what each layer costs
    padding                     how much of a convolution multiplies nothing but zeros
    roofline                    the time that no runtime can beat on this machine
    placement, backends/        TensorFlow's threads and devices; what Keras runs on, one file each
    training                    timed training steps
    programs, ahead             a model as functions of JAX, compiled for a TPU that is not here
    parallel/                   training on several devices, held against training on one
    substitutes/, rewrites/     operations said in others, for formats that lack them:
                                while a model is traced, and in its graph
    web/                        the page that runs models in a browser, and its server
    runtimes/, targets/         one file a runtime, one file a format
    artifact_checks/            what in an artifact could run code or reach files, by format
    reduced/                    formats in fp16 and in 8 bits
    manifest, foreign           what lies beside artifacts; which target an artifact is of
    plan                        scenarios x targets x runtimes x devices -> cells
    work/, worker, isolate      the jobs, the child that does them, the parent that minds it
    report/                     records -> rows -> terminal, Markdown, HTML, JUnit XML ..
    compare/                    what became better or worse from one run to another
    history/                    a cell's times over many runs
    steps, measuring            the steps of a run; its artifacts in their runtimes
    elsewhere                   steps on several devices, and for chips that need not be here
    explain, runner             the layer at which an artifact parts from its model; the run
    coverage/                   every layer of Keras, proven on every target
    progress, api               what people see meanwhile; the commands as functions
    inventory, doctor           what there is to choose from, and what is missing
    console, commands/, cli      the command line
    pytest_plugin/              cells as tests and benchmarks of pytest
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from seqbench.api import check, export, run, show, verify
    from seqbench.errors import InputError
    from seqbench.record import Cell, Kind, Record, Status
    from seqbench.scenario import Data, Scenario, Training

_HOMES = {
    "Cell": "record",
    "Data": "scenario",
    "InputError": "errors",
    "Kind": "record",
    "Record": "record",
    "Scenario": "scenario",
    "Status": "record",
    "Training": "scenario",
    "check": "api",
    "export": "api",
    "run": "api",
    "show": "api",
    "verify": "api",
}

__all__ = [
    "Cell",
    "Data",
    "InputError",
    "Kind",
    "Record",
    "Scenario",
    "Status",
    "Training",
    "check",
    "export",
    "run",
    "show",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415 - `--help` does without

    return getattr(import_module(f"seqbench.{_HOMES[name]}"), name)
