"""Arguments and options that several commands share: each is defined once, and means one thing."""

from collections.abc import Callable
from typing import Any

import click

from seqbench import console

RECORDS_HELP = "Write the records to this file (- for stdout)."


def _names(*declared: str, what: str) -> Callable[[Any], Any]:
    """Return an option of names between commas."""
    return click.option(*declared, callback=console.names, help=what)


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
require = _names("--require", what="Devices, runtimes or targets that must be here.")
batch_sizes = click.option(
    "--batch", "batch_sizes", callback=console.numbers, help="Rows per timed call, such as 1,32."
)
threads = click.option(
    "--threads", callback=console.numbers, help="Time inference with 1,2,... threads."
)
timeout = click.option(
    "--timeout", type=float, metavar="SECONDS", help="End what gives no sign for so long (900)."
)
allow_code = click.option(
    "--allow-code", is_flag=True, help="Execute code inside a model's file or an artifact."
)


def json_file(what: str = RECORDS_HELP) -> Callable[[Any], Any]:
    """Return `--json`, the file for what programs read."""
    return click.option("--json", "json_file", callback=console.place, help=what)


def out_file(what: str) -> Callable[[Any], Any]:
    """Return `--out`, the file for what people read."""
    return click.option("--out", type=console.PATH, callback=console.place, help=what)


def out_folder(what: str, **more: Any) -> Callable[[Any], Any]:
    """Return `--out`, the folder of what is made."""
    return click.option("--out", type=console.PATH, help=what, **more)
