"""The one model that a process holds: loaded and built once for all jobs that it does."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqbench.backends import current_backend, on_device
from seqbench.core.scenario import Scenario
from seqbench.machine.clock import clock
from seqbench.machine.host import available_threads
from seqbench.models.snapshot import Origin, load_origin

if TYPE_CHECKING:
    import keras

SMALL = 16_000_000
"""The most parameters of a model that is held from job to job, 64 MB in float32: the memory of a
process goes back to the system at its end, and loading a larger model is little beside its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model as its source gives it.

    Attributes:
        origin: its source.
        scenario: the scenario that it is, with its data.
        model: the model; whoever changes its weights calls `forget`, or gives them back.
        build_s: seconds to build it.

    """

    origin: Origin
    scenario: Scenario
    model: "keras.Sequential"
    build_s: float


_held: list[Built] = []


def build(origin: Origin, device: str = "cpu") -> Built:
    """Return the model of a source, built on a device and from its scenario's seed, or held.

    Raises:
        InputError: the source cannot be loaded, or is no plain stack.

    """
    if not _held or _held[0].origin != origin:
        forget()
        _held.append(_build(origin, device))
    return _held[0]


def forget() -> None:
    """Hold no model any more."""
    _held.clear()


def is_worth_holding() -> bool:
    """Whether a model is held, and a small one."""
    return any(built.model.count_params() <= SMALL for built in _held)


def _build(origin: Origin, device: str) -> Built:
    import keras

    current_backend().set_threads(available_threads())
    scenario = load_origin(origin)
    keras.utils.set_random_seed(scenario.seed)
    start = clock()
    with on_device(device):
        model = scenario.build()
    return Built(origin=origin, scenario=scenario, model=model, build_s=clock() - start)
