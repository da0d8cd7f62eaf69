"""Scenarios x targets x runtimes x devices -> cells; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from seqbench.core.record import PLAIN, Cell, Kind
from seqbench.machine.devices import DEVICES, kind_of, parse_count
from seqbench.machine.frameworks import Framework
from seqbench.machine.tpu_chips import CHIPS
from seqbench.runtimes import BACKENDS, RUNTIMES, Runtime
from seqbench.targets import TARGETS

COMPILING_RUNTIME = "keras-jax"
"""What programs for chips that may be absent are made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a plan needs to know of a model.

    Attributes:
        name: its name.
        batch_sizes: rows per call at which inference is timed.
        training_batch: examples per training step; None where it is not trained.
        weight_bytes: the size of its weights in memory.
        budget: what its artifacts have to keep, as its scenario says; empty for nothing.

    """

    name: str
    batch_sizes: tuple[int, ...]
    training_batch: int | None
    weight_bytes: int
    budget: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to do with each model.

    Attributes:
        kinds: kinds of cells.
        targets: formats to export to, by name.
        runtimes: what runs the artifacts, by name; None for each target's default ones.
        devices: devices, by name.
        backends: what Keras runs on; None for TensorFlow, and for what `runtimes` name.
        variants: what each target is wanted in, as far as it can be had so; the plain one is
            always made, the others are held beside it.
        threads: with how many threads inference is timed; None for the CPUs that there are.
        batch_sizes: rows per call at which inference is timed; None for each model's own.

    """

    kinds: tuple[Kind, ...]
    targets: tuple[str, ...]
    runtimes: tuple[str, ...] | None
    devices: tuple[str, ...]
    backends: tuple[str, ...] | None = None
    variants: tuple[str, ...] = (PLAIN,)
    threads: tuple[int | None, ...] = (None,)
    batch_sizes: tuple[int, ...] | None = None

    def variants_of(self, target: str | None) -> tuple[str, ...]:
        """Return the variants in which a target is wanted; Keras itself has the plain one."""
        if target is None:
            return (PLAIN,)
        had = TARGETS[target].variants
        return (PLAIN, *(name for name in had if name in self.variants))


def cells(models: Sequence[Model], selection: Selection) -> list[Cell]:
    """Return every cell of the plan, each model's in the order in which they can be done."""
    return [cell for model in models for cell in _cells_of_model(model, selection)]


def verifications(model: str, target: str, variant: str, selection: Selection) -> list[Cell]:
    """Return the cells that judge one given artifact of a target, as of a variant, on the CPU."""
    return [
        Cell(model=model, kind=Kind.VERIFY, target=target, runtime=runtime.name, variant=variant)
        for runtime in runtimes(selection)
        if runtime.target == target
    ]


def runtimes(selection: Selection) -> list[Runtime]:
    """Return the runtimes that the selection uses, in the order of reports."""
    return [
        runtime
        for runtime in RUNTIMES.values()
        if (runtime.target is None or runtime.target in selection.targets)
        and _chosen(runtime, selection)
    ]


def has_exports(selection: Selection) -> bool:
    """Whether the selection has exports; programs for chips that may be absent have none."""
    return bool(selection.targets) and any(device in DEVICES for device in selection.devices)


def _chosen(runtime: Runtime, selection: Selection) -> bool:
    named = selection.runtimes is not None and runtime.name in selection.runtimes
    if runtime.backend is None or selection.backends is None:
        return named or (selection.runtimes is None and runtime.default)
    of_backend = runtime is BACKENDS[runtime.backend] or runtime.default
    return named or (runtime.backend in selection.backends and of_backend)


def _cells_of_model(model: Model, selection: Selection) -> Iterator[Cell]:
    chips = [device for device in selection.devices if device in CHIPS]
    devices = [device for device in selection.devices if device in DEVICES]
    if Kind.TRAIN in selection.kinds:
        yield from _training_cells(model, selection)
    if Kind.EXPORT in selection.kinds and devices:
        for target in selection.targets:
            for variant in selection.variants_of(target):
                yield Cell(model=model.name, kind=Kind.EXPORT, target=target, variant=variant)
    for runtime in runtimes(selection):
        for device in devices:
            if device in runtime.devices:
                yield from _cells_of_runtime(runtime, device, model, selection)
    for chip in chips:
        yield from _cells_of_chip(chip, model, selection)


def _cells_of_chip(device: str, model: Model, selection: Selection) -> Iterator[Cell]:
    """For a chip that may be absent: its programs are compiled, and nothing else is done."""
    here = Cell(model=model.name, kind=Kind.COMPILE, runtime=COMPILING_RUNTIME, device=device)
    if Kind.COMPILE in selection.kinds:
        for batch_size in selection.batch_sizes or model.batch_sizes:
            yield replace(here, batch_size=batch_size)
    if Kind.COMPILE_TRAIN in selection.kinds and model.training_batch is not None:
        yield replace(here, kind=Kind.COMPILE_TRAIN, batch_size=model.training_batch)


def _training_cells(model: Model, selection: Selection) -> Iterator[Cell]:
    if model.training_batch is None:
        return
    for backend in selection.backends or ("tensorflow",):
        for device in selection.devices:
            at_once = parse_count(device) is not None and backend not in ("tensorflow", "jax")
            if kind_of(device) in BACKENDS[backend].devices and not at_once:
                yield Cell(
                    model=model.name,
                    kind=Kind.TRAIN,
                    runtime=BACKENDS[backend].name,
                    device=device,
                    batch_size=model.training_batch,
                )


def _cells_of_runtime(
    runtime: Runtime, device: str, model: Model, selection: Selection
) -> Iterator[Cell]:
    for variant in selection.variants_of(runtime.target):
        here = Cell(
            model=model.name,
            kind=Kind.VERIFY,
            target=runtime.target,
            runtime=runtime.name,
            device=device,
            variant=variant,
        )
        # Keras is what artifacts are held against; each of several back ends is held as well.
        if Kind.VERIFY in selection.kinds and (runtime.target or selection.backends):
            yield here
        if Kind.INFER in selection.kinds:
            # A program of its own chooses its threads itself.
            for threads in (None,) if runtime.own_process else selection.threads:
                for size in selection.batch_sizes or model.batch_sizes:
                    yield replace(here, kind=Kind.INFER, batch_size=size, threads=threads)


def needed_framework(cell: Cell) -> Framework | None:
    """Return the framework without which a cell cannot be done; None where it needs none."""
    if cell.kind is Kind.EXPORT:
        return "tensorflow"
    return RUNTIMES[cell.runtime or ""].needs
