"""Compile models for a TPU that may be absent."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Never

from seqbench.core.errors import InputError, Unsupported
from seqbench.core.record import Cell, Kind, Status
from seqbench.core.scenario import Data, Scenario
from seqbench.engine.jobs.context import Context
from seqbench.engine.workers.messages import Job
from seqbench.machine.tpu_chips import CHIPS, Chip
from seqbench.measurement.tpu import compiler, programs
from seqbench.measurement.tpu.programs import Program
from seqbench.models.snapshot import Origin, load_origin
from seqbench.models.stateless import start_from_zero_state

if TYPE_CHECKING:
    import keras

PACKAGES = ("keras", "jax", "jaxlib", "libtpu", "numpy")

Built = Callable[[], "tuple[Scenario, keras.Sequential, Data | None]"]

NO_SEED = 0
"""What a compiler makes of a program does not depend on its weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compile(Job[Never]):
    """Compile the cells' inference and training steps for the job's chip.

    Attributes:
        sources: all models that a cell may be of.

    """

    sources: tuple[Origin, ...]

    def run(self, context: Context) -> tuple[()]:
        """Compile, and write the cells' records."""
        import keras

        keras.config.disable_traceback_filtering()  # it would change the types of exceptions
        for origin in self.sources:
            built: Built = cache(partial(_on_jax, origin))
            for cell in self.cells:
                if cell.model == origin.name:
                    what = "the training step" if cell.kind is Kind.COMPILE_TRAIN else "inference"
                    context.say(f"{cell.model}: compiling {what} for {cell.device}")
                    context.attempt(cell, PACKAGES, NO_SEED, partial(_compiled, cell, built))
        return ()


def _on_jax(origin: Origin) -> "tuple[Scenario, keras.Sequential, Data | None]":
    """Build a model on Keras's JAX back end; it was inspected before, so its file is right."""
    try:
        scenario = load_origin(origin)
        model, data = scenario.build(), scenario.data() if scenario.data else None
    except InputError as error:
        raise Unsupported(f"it cannot be built on Keras's JAX back end: {error}") from error
    return scenario, model, data


def _compiled(cell: Cell, built: Built) -> dict[str, Any]:
    chip = CHIPS[cell.device]
    scenario, model, data = built()
    try:
        if cell.kind is Kind.COMPILE_TRAIN:
            found = compiler.compile_for(chip, model, _step(model, scenario, data))
        else:
            with start_from_zero_state(model):
                program = programs.inference(model, cell.batch_size or 1, data)
                found = compiler.compile_for(chip, model, program)
    except compiler.TooLargeError as error:
        return {"status": Status.FAIL, "reason": str(error)}
    return {"details": {"compiled": asdict(found)}, "notes": _notes(chip)}


def _notes(chip: Chip) -> tuple[str, ...]:
    if chip.of_chip == 1:
        return ()
    return (f"of one TensorCore, {chip.of_chip:g} of a chip: so are peak, memory and bandwidth",)


def _step(model: "keras.Sequential", scenario: Scenario, data: Data | None) -> Program:
    assert scenario.training is not None  # noqa: S101 - else no such cell was planned
    assert data is not None  # noqa: S101 - else no such cell was planned
    return programs.training_step(model, scenario.training, data)
