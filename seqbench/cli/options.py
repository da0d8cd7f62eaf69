"""Arguments and options of the commands, and how their values are read."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqbench.core.errors import InputError

if TYPE_CHECKING:
    from seqbench.core.record import Record
    from seqbench.reports import Repeat


PATH = click.Path(path_type=Path)
"""The type of options that name a file or a folder."""


def check_output_place(
    _: click.Context, __: click.Parameter, value: Path | str | None
) -> Path | str | None:
    """Refuse a place for a file before any work is done; `-` is standard output."""
    from seqbench.core import files

    if value is not None and value != "-":
        try:
            files.check_place(Path(value))
        except InputError as error:
            raise click.BadParameter(str(error)) from None
    return value


def split_names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Split `a,b`."""
    return None if value is None else tuple(filter(None, value.replace(" ", "").split(",")))


def split_numbers(
    _: click.Context, __: click.Parameter, value: str | None
) -> tuple[int, ...] | None:
    """Split `1,2`."""
    if value is None:
        return None
    try:
        return tuple(map(int, value.split(",")))
    except ValueError:
        msg = f"{value!r} is no list of whole numbers, such as 1,2"
        raise click.BadParameter(msg) from None


def require_one(option: str, chosen: tuple[str, ...] | None, default: str) -> str:
    """Return the one name that was chosen with an option of several, the default of none."""
    if chosen is None:
        return default
    if len(chosen) != 1:
        raise click.UsageError(f"{option} {','.join(chosen)}: expected one")
    return chosen[0]


def drop_unset(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def drop_unplanned(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that decide which cells there are."""
    apart = ("budget", "data", "memory_bytes", "metrics", "processes")
    return {name: value for name, value in options.items() if name not in apart}


def require_models(models: tuple[str, ...]) -> tuple[str, ...]:
    """Return the models, refusing none."""
    if not models:
        raise click.UsageError("give at least one MODEL; `seqbench list` shows the scenarios")
    return models


def repeat_options(
    models: Iterable[str],
    *,
    allow_code: bool,
    judged: "Iterable[Record]" = (),
    data: str | None = None,
    metrics: Iterable[str] | None = None,
) -> "Repeat":
    """Return what commands that repeat cells take over from the one that was given.

    Args:
        models: what was named as models.
        allow_code: whether code inside their files was executed.
        judged: the records of artifacts that were given.
        data: the data that was given.
        metrics: the metrics that were.

    """
    from seqbench.models.source import resolve_all
    from seqbench.reports import Repeat

    return Repeat(
        specs={source.name: source.spec for source in resolve_all(models)},
        artifacts={record.cell.key: record.artifact for record in judged if record.artifact},
        allow_code=allow_code,
        data=None if data is None else str(Path(data).absolute()),
        metrics=tuple(metrics or ()),
    )


def check_requirements(names: Iterable[str] | None) -> None:
    """Refuse a name that is no device, runtime, target, variant or back end.

    Raises:
        InputError: a name is unknown.

    """
    from seqbench.core.names import known
    from seqbench.machine.devices import DEVICES
    from seqbench.machine.tpu_chips import CHIPS
    from seqbench.runtimes import BACKENDS, RUNTIMES
    from seqbench.targets import TARGETS, VARIANTS

    tables = (DEVICES, CHIPS, RUNTIMES, TARGETS, VARIANTS, BACKENDS)
    known("requirement", names or (), [name for table in tables for name in table])


RECORDS_HELP = "Write the records to this file (- for stdout)."


def _names(*declared: str, what: str) -> Callable[[Any], Any]:
    """Return an option of names between commas."""
    return click.option(*declared, callback=split_names, help=what)


models = click.argument("models", nargs=-1, metavar="MODEL...")
kinds = _names("--only", "kinds", what="Kinds: train,infer,export,verify,compile,compile-train.")
targets = _names("--target", "--to", "targets", what="Targets, as `seqbench list` shows them.")
runtimes = _names("--runtime", "runtimes", what="Runtimes, as `seqbench list` shows them.")

devices = _names(
    "--device",
    "devices",
    what="cpu,gpu,tpu (the default); 4xcpu, 2xgpu: train on several; tpu:v5e: compile for a chip.",
)

backends = _names(
    "--backend",
    "backends",
    what="What Keras runs on: tensorflow,tensorflow-xla,jax,torch (default: tensorflow).",
)

variants = _names(
    "--variant", "variants", what="Precisions: fp32 (the default), fp16,int8-weights,int8."
)

require = _names(
    "--require", what="Devices, runtimes, targets, variants or back ends that must be here."
)

batch_sizes = click.option(
    "--batch", "batch_sizes", callback=split_numbers, help="Rows per timed call, such as 1,32."
)

data = click.option(
    "--data",
    metavar="FILE",
    help="Own examples: .npz, .npy, .csv, .parquet, folder of pictures by class, file.py:function.",
)

metrics = _names("--metrics", what="Metrics of the held-out data, such as accuracy,mae.")

memory = click.option(
    "--memory",
    "memory_bytes",
    type=float,
    metavar="GIB",
    callback=lambda _, __, value: None if value is None else int(value * 2**30),
    help="The most memory that work may take; models that need more are refused.",
)

budget = click.option(
    "--budget",
    metavar="LIMITS",
    help="What to keep: size<=1MB, latency<=5ms, memory<=64MB, accuracy_drop<=1% (export: size).",
)

threads = click.option(
    "--threads", callback=split_numbers, help="Time inference with 1,2,... threads."
)

timeout = click.option(
    "--timeout", type=float, metavar="SECONDS", help="End what gives no sign for so long (900)."
)

allow_code = click.option(
    "--allow-code", is_flag=True, help="Execute code inside a model's file or an artifact."
)


def json_file(what: str = RECORDS_HELP) -> Callable[[Any], Any]:
    """Return `--json`, the file for what programs read."""
    return click.option("--json", "json_file", callback=check_output_place, help=what)


def out_file(what: str) -> Callable[[Any], Any]:
    """Return `--out`, the file for what people read."""
    return click.option("--out", type=PATH, callback=check_output_place, help=what)


def out_folder(what: str, **more: Any) -> Callable[[Any], Any]:
    """Return `--out`, the folder of what is made."""
    return click.option("--out", type=PATH, help=what, **more)


min_effect = click.option(
    "--min-effect",
    type=float,
    default=0.02,
    show_default=True,
    help="The smallest change that matters, as a part of one.",
)

comparison_out = out_file("File: .html, .md or .json.")
comparison_json = json_file("Write JSON to this file (- for stdout).")
