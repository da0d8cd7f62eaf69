"""Jobs that only look: at models, and at what this machine has."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Never

from seqbench.backends import current_backend
from seqbench.core.limits import parse_limits
from seqbench.engine.jobs import held_model
from seqbench.engine.jobs.context import Context
from seqbench.engine.plan import Model
from seqbench.engine.workers.messages import Job
from seqbench.machine.devices import DEVICES, kind_of
from seqbench.models.arithmetic import weight_bytes
from seqbench.models.checks.datacheck import check_data
from seqbench.models.checks.pairs import advise
from seqbench.models.describe import Description, describe
from seqbench.models.snapshot import Origin
from seqbench.targets import TARGETS
from seqbench.targets.checks import refuse_dangers, refuse_unsaid_variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspect(Job[Model]):
    """Load each model, refuse what is no plain stack, and say what there is to measure."""

    results_as: ClassVar[Any] = Model
    about: ClassVar[str] = "loading the models"
    sources: tuple[Origin, ...]

    def run(self, context: Context) -> Iterator[Model]:  # noqa: ARG002 - it writes nothing
        """Yield what a plan needs to know of each model."""
        for source in self.sources:
            built = held_model.build(source)
            scenario, model = built.scenario, built.model
            training = scenario.training if scenario.trains else None
            if scenario.budget:
                parse_limits(scenario.budget)  # refused before any work is done
            yield Model(
                name=scenario.name,
                batch_sizes=tuple(scenario.batch_sizes),
                training_batch=training.batch_size if training else None,
                weight_bytes=weight_bytes(model),
                budget=scenario.budget,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is likely wrong with a model's set-up.

    Attributes:
        name: the model's name.
        warnings: a line each.

    """

    name: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Job[Checked]):
    """Hold each model, its data and its training set-up against each other."""

    results_as: ClassVar[Any] = Checked
    sources: tuple[Origin, ...]

    def run(self, context: Context) -> Iterator[Checked]:  # noqa: ARG002 - it writes nothing
        """Yield the warnings of each model."""
        for source in self.sources:
            built = held_model.build(source)
            scenario, model = built.scenario, built.model
            data = scenario.data() if scenario.data else None
            if data is not None:
                check_data(model, scenario, data)
            warnings: list[str] = []
            if scenario.training is not None:
                labels = None if data is None else data.y_train
                warnings = advise(model, scenario.training.loss, labels)
            yield Checked(name=scenario.name, warnings=tuple(warnings))


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe(Job[Description]):
    """Describe each model's layers."""

    results_as: ClassVar[Any] = Description
    sources: tuple[Origin, ...]

    def run(self, context: Context) -> Iterator[Description]:  # noqa: ARG002 - it writes nothing
        """Yield each model's description."""
        for source in self.sources:
            built = held_model.build(source)
            yield describe(built.model, built.scenario.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectArtifact(Job[Never]):
    """Refuse an artifact that could run code or reach files, or whose variant must be said first.

    Attributes:
        artifact: the file or folder.
        target: its format's name.
        variant: what it is to be judged as.
        allow_code: whether it may run code and reach files.

    """

    artifact: Path
    target: str
    variant: str
    allow_code: bool

    def run(self, context: Context) -> tuple[()]:  # noqa: ARG002 - it writes nothing
        """Look into it, without loading it."""
        if not self.allow_code:
            refuse_dangers(self.artifact, TARGETS[self.target])
        refuse_unsaid_variant(self.artifact, TARGETS[self.target], self.variant)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Job[str | None]):
    """Ask the framework whether it sees the job's device."""

    results_as: ClassVar[Any] = str | None

    def run(self, context: Context) -> Iterator[str | None]:  # noqa: ARG002 - it writes nothing
        """Yield why the device is not here, None where it is."""
        backend = current_backend()
        found = backend.visible_devices()
        kind = kind_of(self.device)
        how = DEVICES[kind].how_to_get
        sees = f"Keras's {backend.NAME} sees no {kind.upper()} (only {', '.join(sorted(found))})"
        yield None if kind in found else f"{sees}: {how}"
