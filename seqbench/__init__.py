"""Benchmark, export and verify Keras Sequential models on the runtimes their users have.

`import seqbench` loads no framework; `run`, `export`, `verify`, `check` and `show` start processes
that do.

The map of the package, from the ground up; each floor knows only those below it:

    core/           records, scenarios, errors, statistics, units, the folder of a run
    machine/        devices, frameworks, chips, and facts that a record carries
    models/         a MODEL argument -> a plain stack; twin, weights, arithmetic, checks
    backends/       Keras on TensorFlow, JAX and torch; patches of what formats lack
    measurement/    the loop that times calls, the bound of the machine, training, TPUs
    runtimes/       what loads an artifact and runs it, one file each; the browser
    targets/        the frozen graph -> one folder a format; rewrites of graphs; manifest
    verdict/        reference, tolerance, contract, quality, inputs; where it parts
    reports/        records -> terminal, Markdown, HTML, JUnit XML; history
    engine/         plan, pipeline, phases; workers and the jobs that they do
    comparison/     better or worse: two runs, or two sides timed in turn
    api             the commands as functions
    cli/            the command line
    pytest_plugin/  cells as tests and benchmarks of pytest
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from seqbench.api import check, export, run, show, verify
    from seqbench.core.errors import InputError
    from seqbench.core.record import Cell, Kind, Record, Status
    from seqbench.core.scenario import Data, Scenario, Training
    from seqbench.reports.records import Records

_HOMES = {
    "Cell": "core.record",
    "Data": "core.scenario",
    "InputError": "core.errors",
    "Kind": "core.record",
    "Record": "core.record",
    "Records": "reports.records",
    "Scenario": "core.scenario",
    "Status": "core.record",
    "Training": "core.scenario",
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
    "Records",
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
