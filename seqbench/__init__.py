"""Benchmark, export and verify Keras Sequential models on the runtimes their users have.

`import seqbench` loads no framework; `run`, `export`, `verify` and `check` start processes that do.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from seqbench.api import check, export, run, verify
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
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used."""
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"seqbench.{_HOMES[name]}"), name)
