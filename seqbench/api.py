"""The commands as Python functions: `seqbench.run`, `export`, `verify`, `check` and `show`."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from seqbench.core import codec
from seqbench.core.errors import InputError
from seqbench.core.files import temporary_folder
from seqbench.core.limits import MEASURES, Limits, parse_limits, read_project_limits
from seqbench.core.names import check_count, check_counts, known
from seqbench.core.record import PLAIN, Kind, Record
from seqbench.core.store import Store
from seqbench.engine import given, pipeline
from seqbench.engine.jobs.inspect import Check, Describe
from seqbench.engine.plan import Selection
from seqbench.engine.state import Observer, Request
from seqbench.engine.workers.messages import Job, Result
from seqbench.engine.workers.pool import Workers
from seqbench.machine.devices import DEVICES, parse_count
from seqbench.machine.frameworks import (
    missing_exporter_reason,
    missing_framework_reason,
    preparing_framework,
)
from seqbench.machine.tpu_chips import CHIPS
from seqbench.measurement.loop import FULL, QUICK
from seqbench.models.from_python import DataLike, ModelLike, Models, OwnData, write_sources
from seqbench.models.snapshot import Origin
from seqbench.reports.records import Records
from seqbench.runtimes import BACKENDS, RUNTIMES
from seqbench.targets import TARGETS, VARIANTS
from seqbench.targets.recognition import whole
from seqbench.verdict.quality import METRICS

KINDS = tuple(Kind)
"""Everything that a run does unless told otherwise."""

SILENT = Observer()
"""Shows nothing."""


def run(  # noqa: PLR0913 - one keyword for each thing that a user can choose
    models: Models,
    *,
    out: str | os.PathLike[str],
    kinds: Sequence[str] = KINDS,
    targets: Sequence[str] = tuple(TARGETS),
    runtimes: Sequence[str] | None = None,
    devices: Sequence[str] = tuple(DEVICES),
    backends: Sequence[str] | None = None,
    variants: Sequence[str] = (PLAIN,),
    batch_sizes: Sequence[int] = (),
    threads: Sequence[int] = (),
    quick: bool = True,
    processes: int | None = None,
    data: DataLike | None = None,
    metrics: Sequence[str] = (),
    budget: str = "",
    memory_bytes: int | None = None,
    allow_code: bool = False,
    observer: Observer = SILENT,
) -> Records:
    """Train, time, export and verify models; return the records of all cells.

    Args:
        models: one or several scenario names, paths of `.keras`, `.h5` or `file.py[:name]`, or
            Keras models.
        out: the run's folder; a run that was begun there is gone on with. Models that are given as
            objects are kept in it.
        kinds: what to do, of `train`, `infer`, `export` and `verify`, and for chips that need not
            be here `compile` (inference) and `compile-train` (the training step).
        targets: formats to export to.
        runtimes: what to run the artifacts in; None for each target's default runtimes.
        devices: devices to use; one that is missing gives `unavailable` records. On `4xcpu`,
            `2xgpu` and so on models are trained on several at once; `tpu:v5e` and the other
            chips are only compiled for.
        backends: what to train and run Keras on, of `tensorflow`, `tensorflow-xla`, `jax` and
            `torch`, each held against the float64 twin; None for TensorFlow, which is not.
        variants: what to make of each target beside its plain artifact, of `fp16`, `int8-weights`
            and `int8`, as far as the format has them.
        batch_sizes: rows per call at which inference is timed; none for each model's own.
        threads: with how many threads each inference is timed, one after another; none for the
            CPUs that there are.
        quick: whether each cell is timed for 0.2 s in one process instead of 1 s in six fresh ones.
        processes: how many fresh processes time each inference, in place of the profile's one or
            six; a run that is gone on with gets those that it lacks.
        data: examples for the models, in place of their scenarios' own: inputs that they are judged
            on, int8 is calibrated on, and with labels what accuracy is computed of.
        metrics: Keras metrics, by name, of the held-out data; none for those that a scenario names
            or a model's file was compiled with.
        budget: what the artifacts have to keep, such as `size<=1MB, latency<=5ms,
            accuracy_drop<=1%`; empty for a scenario's own, or that of `[tool.seqbench]` in a
            pyproject.toml of the working folder. It is written into the records, and reports say
            what meets it.
        memory_bytes: the most memory that work may take: a model's file that needs more is refused
            before it is loaded, and fewer models are worked on at a time; None for the machine's.
        allow_code: whether code inside a model's file (a Lambda layer) may be executed.
        observer: is told how the run goes on.

    Raises:
        InputError: a model cannot be used, a name is unknown, or a number is less than 1. Where
            only some of the models cannot be used it is a PartialInputError, with the `records` of
            the others.

    """
    profile = QUICK if quick else FULL
    chosen = selection(
        kinds=kinds,
        targets=targets,
        runtimes=runtimes,
        devices=devices,
        backends=backends,
        variants=variants,
        batch_sizes=batch_sizes,
        threads=threads,
    )
    if processes is not None:
        profile = replace(profile, processes=check_count("processes", processes))
    own = _own_data(data, metrics)
    with write_sources(models, allow_code=allow_code, run=Store(Path(out)), own=own) as sources:
        request = Request(
            sources=sources,
            selection=chosen,
            budget=profile,
            limits=_asked_limits(budget, chosen),
            usual_limits=read_project_limits(Path.cwd()),
            memory_bytes=memory_bytes,
        )
        return Records(pipeline.run(request, Store(Path(out)), observer))


def export(  # noqa: PLR0913 - one keyword for each thing that a user can choose
    models: Models,
    *,
    out: str | os.PathLike[str] = "dist",
    targets: Sequence[str] = tuple(TARGETS),
    variants: Sequence[str] = (PLAIN,),
    data: DataLike | None = None,
    metrics: Sequence[str] = (),
    budget: str = "",
    memory_bytes: int | None = None,
    allow_code: bool = False,
    observer: Observer = SILENT,
) -> Records:
    """Export models, then verify each artifact in its target's default runtimes on the CPU.

    The artifacts are written to `out/MODEL/`, beside a `manifest.json`; `variants`, `data`,
    `metrics`, `budget` and `memory_bytes` are as in `run`; times are in no budget here, as nothing
    is timed.

    Raises:
        InputError: a model cannot be used, a name is unknown, or no framework is installed. Where
            only some of the models cannot be used it is a PartialInputError, as in `run`.

    """
    lacking = missing_exporter_reason()
    # With another framework cells are `unavailable`.
    if lacking is not None and missing_framework_reason(preparing_framework()):
        raise InputError(lacking)
    kinds = (Kind.EXPORT, Kind.VERIFY)
    chosen = selection(kinds=kinds, targets=targets, devices=("cpu",), variants=variants)
    limits = _asked_limits(budget, chosen)
    with (
        write_sources(models, allow_code=allow_code, own=_own_data(data, metrics)) as sources,
        temporary_folder() as folder,
    ):
        request = Request(
            sources=sources,
            selection=chosen,
            budget=QUICK,
            limits=limits,
            usual_limits=read_project_limits(Path.cwd()),
            memory_bytes=memory_bytes,
        )
        return Records(pipeline.run(request, Store(folder, Path(out)), observer))


def verify(  # noqa: PLR0913 - one keyword for each thing that a user can choose
    artifact: str | os.PathLike[str],
    model: ModelLike | None = None,
    *,
    runtimes: Sequence[str] | None = None,
    variant: str | None = None,
    data: DataLike | None = None,
    metrics: Sequence[str] = (),
    budget: str = "",
    allow_code: bool = False,
    timeout_s: float | None = None,
    observer: Observer = SILENT,
) -> Records:
    """Judge whether an artifact, whoever made it, computes what the model computes.

    One in reduced precision is judged by the criterion of its `variant`, `fp32` if None; one that
    takes or gives whole numbers in place of real ones is not judged without. An artifact that could
    run code or reach files beside it is refused before anything loads it, unless `allow_code`. What
    gives no sign for `timeout_s` (seconds; 900 if None) is ended, and its record an error. `data`,
    `metrics` and `budget` are as in `export`.

    Of a folder that `export` wrote, or one of such folders, everything is judged, as of what its
    manifest says. `model` may be None where that names a file which is still the same. A file that
    is not the one that was exported fails without being run. Verdicts go into the manifest.

    Raises:
        InputError: the model or the artifact cannot be used, a name is unknown, or `timeout_s` is
            not more than 0.

    """
    if timeout_s is not None and not timeout_s > 0:
        msg = f"timeout {timeout_s:g}: expected more than 0 seconds"
        raise InputError(msg)
    records: list[Record] = []
    for place, against in given.pair_with_models(whole(Path(artifact)), model, variant):
        with ExitStack() as stack:
            sources = stack.enter_context(
                write_sources([against], allow_code=allow_code, own=_own_data(data, metrics))
            )
            judged = given.find(place, sources[0].name, variant or PLAIN)
            for home in {one.home for one in judged if one.label}:
                stack.enter_context(given.hold(home))
            chosen = selection(
                kinds=(Kind.VERIFY,),
                targets=[one.target for one in judged],
                runtimes=runtimes,
                devices=("cpu",),
                variants=[one.variant for one in judged],
            )
            request = Request(
                sources=sources,
                selection=chosen,
                budget=QUICK,
                limits=_asked_limits(budget, chosen),
                usual_limits=read_project_limits(Path.cwd()),
                timeout_s=timeout_s,
                given=judged,
            )
            folder = stack.enter_context(temporary_folder())
            records += pipeline.run(request, Store(folder), observer)
    return Records(records)


def check(models: Models, *, allow_code: bool = False) -> dict[str, list[str]]:
    """Return what is likely wrong with each model's set-up, a line each.

    Raises:
        InputError: a model cannot be used.

    """
    found = _ask(lambda sources: Check(sources=sources), models, allow_code)
    return {checked.name: list(checked.warnings) for checked in found}


def show(models: Models, *, allow_code: bool = False) -> list[dict[str, Any]]:
    """Return each model's layers with shapes, parameters, FLOPs and memory, as JSON values.

    Raises:
        InputError: a model cannot be used.

    """
    found = _ask(lambda sources: Describe(sources=sources), models, allow_code)
    return [codec.to_json(description) for description in found]


def selection(
    *,
    kinds: Sequence[str] = KINDS,
    targets: Sequence[str] = tuple(TARGETS),
    runtimes: Sequence[str] | None = None,
    devices: Sequence[str] = tuple(DEVICES),
    backends: Sequence[str] | None = None,
    variants: Sequence[str] = (PLAIN,),
    batch_sizes: Sequence[int] = (),
    threads: Sequence[int] = (),
) -> Selection:
    """Return what to do with each model; the arguments are those of `run`.

    Raises:
        InputError: a name is unknown, or a number is less than 1.

    """
    return Selection(
        kinds=tuple(Kind(kind) for kind in known("kind", kinds, KINDS)),
        targets=known("target", targets, TARGETS),
        runtimes=None if runtimes is None else known("runtime", runtimes, RUNTIMES),
        devices=_devices(devices),
        backends=None if backends is None else known("back end", backends, BACKENDS),
        variants=known("variant", variants, VARIANTS),
        threads=check_counts("threads", threads) or (None,),
        batch_sizes=check_counts("batch", batch_sizes) or None,
    )


def _asked_limits(budget: str, chosen: Selection) -> Limits:
    """Return the limits that were asked for.

    Raises:
        InputError: it is no budget, or has limits of what the run does not find out.

    """
    limits = parse_limits(budget) if budget else ()
    if limits and Kind.VERIFY not in chosen.kinds:
        raise InputError("a budget needs verdicts: only what passed can meet it; verify it too")
    for limit in limits:
        if MEASURES[limit.measure].timed and Kind.INFER not in chosen.kinds:
            msg = f"budget {str(limit)!r}: calls are not timed here; `seqbench run` times them"
            raise InputError(msg)
    return limits


def _ask(
    job: Callable[[tuple[Origin, ...]], Job[Result]], models: Models, allow_code: bool
) -> list[Result]:
    """Run a job that only looks at models, and return its results."""
    with (
        write_sources(models, allow_code=allow_code) as sources,
        temporary_folder() as folder,
        Workers(folder, lambda _: None) as workers,
    ):
        outcome = workers.run(job(sources))
    refusal = outcome.refusal([source.spec for source in sources])
    if refusal is not None:
        raise InputError(refusal)
    return list(outcome.results)


def _own_data(data: DataLike | None, metrics: Sequence[str]) -> OwnData:
    """Return what comes with the models.

    Raises:
        InputError: a metric is none that is computed here.

    """
    return OwnData(data=data, metrics=known("metric", metrics, METRICS))


def _devices(names: Sequence[str]) -> tuple[str, ...]:
    """Return the devices, each once: those of the tables in their order, then several at once.

    Raises:
        InputError: a name is no device's.

    """
    names = (names,) if isinstance(names, str) else names
    at_once = tuple(dict.fromkeys(name for name in names if parse_count(name)))
    single = [name for name in names if name not in at_once]
    return (*known("device", single, (*DEVICES, *CHIPS)), *at_once)
