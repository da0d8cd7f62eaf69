"""The commands that run, export and verify models."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING, Any

import click

from seqbench import console
from seqbench.commands.options import (
    BACKENDS_HELP,
    DEVICES_HELP,
    KINDS_HELP,
    RUNTIMES_HELP,
    TARGETS_HELP,
    VARIANTS_HELP,
    allow_code,
    models,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@models
@click.option("--only", "kinds", callback=console.names, help=KINDS_HELP)
@click.option("--target", "targets", callback=console.names, help=TARGETS_HELP)
@click.option("--runtime", "runtimes", callback=console.names, help=RUNTIMES_HELP)
@click.option("--device", "devices", callback=console.names, help=DEVICES_HELP)
@click.option("--backend", "backends", callback=console.names, help=BACKENDS_HELP)
@click.option("--variant", "variants", callback=console.names, help=VARIANTS_HELP)
@click.option("--threads", callback=console.numbers, help="Time inference with 1,2,... threads.")
@click.option("--processes", type=int, help="Fresh processes that time each cell.")
@click.option(
    "--quick/--full", default=True, help="Time for 0.2 s in 1 process (default), or 1 s in 6."
)
@click.option("--out", type=console.PATH, help="The run's folder.")
@click.option(
    "--require", callback=console.names, help="Devices, runtimes or targets that must be here."
)
@click.option("--json", "json_file", help="Write the records to this file (- for stdout).")
@allow_code
@console.command
def run(
    models: tuple[str, ...],
    out: Path | None,
    require: tuple[str, ...] | None,
    json_file: str | None,
    *,
    quick: bool,
    allow_code: bool,
    **chosen: Any,
) -> int:
    """Train, time, export and verify; every shipped scenario where no MODEL is given."""
    from seqbench import api, report
    from seqbench.models.catalogue import available
    from seqbench.naming import new_run
    from seqbench.progress import shown

    console.known_requirements(require)
    folder = out or new_run()
    with shown() as observer:
        records = api.run(
            models or [entry.name for entry in available()],
            out=folder,
            quick=quick,
            allow_code=allow_code,
            observer=observer,
            **console.given(chosen),
        )
    path = report.write(folder)
    console.write_json(records, json_file)
    if json_file != "-":
        console.show_document(report.summary(report.load(folder)))
        click.echo(f"report: {path}")
    return console.status(records, require)


@click.command()
@models
@click.option("--to", "targets", callback=console.names, help=TARGETS_HELP)
@click.option("--variant", "variants", callback=console.names, help=VARIANTS_HELP)
@click.option("--out", type=console.PATH, default="dist", show_default=True)
@click.option("--json", "json_file", help="Write the records to this file (- for stdout).")
@click.option("--require", callback=console.names, help="Runtimes or targets that must be here.")
@allow_code
@console.command
def export(
    models: tuple[str, ...],
    out: Path,
    json_file: str | None,
    require: tuple[str, ...] | None,
    *,
    allow_code: bool,
    **chosen: tuple[str, ...] | None,
) -> int:
    """Export to each target, then verify each artifact in its runtime."""
    from seqbench import api, report
    from seqbench.progress import shown

    console.known_requirements(require)
    with shown() as observer:
        records = api.export(
            console.some(models),
            out=out,
            allow_code=allow_code,
            observer=observer,
            **console.given(chosen),
        )
    console.write_json(records, json_file)
    if json_file != "-":
        found = report.build(records, str(out), specs=console.specs(models))
        console.show_document(report.summary(found))
    return console.status(records, require)


@click.command()
@click.argument("artifact", type=console.PATH)
@click.argument("model")
@click.option("--runtime", callback=console.names, help=RUNTIMES_HELP)
@click.option("--variant", default="fp32", help="Judge it as fp32, fp16, int8-weights or int8.")
@click.option("--json", "json_file", help="Write the records to this file (- for stdout).")
@allow_code
@console.command
def verify(
    artifact: Path,
    model: str,
    runtime: tuple[str, ...] | None,
    variant: str,
    json_file: str | None,
    *,
    allow_code: bool,
) -> int:
    """Judge whether ARTIFACT, whoever made it, computes what MODEL computes."""
    from seqbench import api, report
    from seqbench.progress import shown

    with shown() as observer:
        records = api.verify(
            artifact,
            model,
            runtimes=runtime,
            variant=variant,
            allow_code=allow_code,
            observer=observer,
        )
    console.write_json(records, json_file)
    if json_file != "-":
        found = report.build(records, str(artifact), specs=console.specs([model]))
        console.show_document(report.summary(found))
    return console.status(records, None)
