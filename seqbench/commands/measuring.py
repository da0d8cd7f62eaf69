"""The commands that run, export and verify models."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING, Any

import click

from seqbench import console
from seqbench.commands import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@options.models
@options.kinds
@options.targets
@options.runtimes
@options.devices
@options.backends
@options.variants
@options.batch_sizes
@options.threads
@click.option("--processes", type=int, help="Fresh processes that time each cell.")
@click.option(
    "--quick/--full", default=True, help="Time for 0.2 s in 1 process (default), or 1 s in 6."
)
@options.out_folder("The run's folder.")
@options.require
@options.json_file()
@options.allow_code
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
        console.say(f"report: {path}")
    return console.status(records, require)


@click.command()
@options.models
@options.targets
@options.variants
@options.out_folder("The folder of the exported files.", default="dist", show_default=True)
@options.json_file()
@options.require
@options.allow_code
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
        repeat = console.repeat(models, allow_code=allow_code)
        found = report.build(records, str(out), repeat=repeat)
        console.show_document(report.summary(found))
    return console.status(records, require)


@click.command()
@click.argument("artifact", type=console.PATH)
@click.argument("model")
@options.runtimes
@options.variants
@options.timeout
@options.json_file()
@options.require
@options.allow_code
@console.command
def verify(
    artifact: Path,
    model: str,
    runtimes: tuple[str, ...] | None,
    variants: tuple[str, ...] | None,
    timeout: float | None,
    json_file: str | None,
    require: tuple[str, ...] | None,
    *,
    allow_code: bool,
) -> int:
    """Judge whether ARTIFACT, whoever made it, computes what MODEL computes.

    It is judged as of one --variant, fp32 unless told otherwise.
    """
    from seqbench import api, report
    from seqbench.progress import shown
    from seqbench.record import PLAIN

    console.known_requirements(require)
    variant = console.one("--variant", variants, PLAIN)
    with shown() as observer:
        records = api.verify(
            artifact,
            model,
            runtimes=runtimes,
            variant=variant,
            allow_code=allow_code,
            timeout_s=timeout,
            observer=observer,
        )
    console.write_json(records, json_file)
    if json_file != "-":
        repeat = console.repeat([model], allow_code=allow_code, artifact=artifact)
        found = report.build(records, str(artifact), repeat=repeat)
        console.show_document(report.summary(found))
    return console.status(records, require)
