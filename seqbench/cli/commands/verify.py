"""The command `seqbench verify`."""

from pathlib import Path

import click

from seqbench.cli import options, output


@click.command()
@click.argument("artifact", type=options.PATH)
@click.argument("model", required=False)
@options.runtimes
@options.variants
@options.timeout
@options.data
@options.metrics
@options.budget
@options.json_file()
@options.require
@options.allow_code
@output.command
def verify(  # noqa: PLR0913 - one argument for each thing that a user can choose
    artifact: Path,
    model: str | None,
    runtimes: tuple[str, ...] | None,
    variants: tuple[str, ...] | None,
    timeout: float | None,
    json_file: str | None,
    require: tuple[str, ...] | None,
    *,
    data: str | None,
    metrics: tuple[str, ...] | None,
    budget: str | None,
    allow_code: bool,
) -> int:
    """Judge whether ARTIFACT, whoever made it, computes what MODEL computes.

    It is judged as of one --variant, fp32 unless told otherwise. Where nothing here can run it,
    that is no success. Of a folder that `export` wrote everything is judged, and has to pass; MODEL
    is then the one that its manifest names.
    """
    from seqbench import api, reports
    from seqbench.cli import asked
    from seqbench.cli.progress import show_progress
    from seqbench.core.record import PLAIN
    from seqbench.engine import given
    from seqbench.targets import dist_folder

    options.check_requirements(require)
    variant = options.require_one("--variant", variants, PLAIN) if variants else None
    named = asked.names(require=require, runtimes=runtimes, variants=variants)
    with show_progress() as observer:
        records = api.verify(
            artifact,
            model,
            runtimes=runtimes,
            variant=variant,
            data=data,
            metrics=metrics or (),
            budget=budget or "",
            allow_code=allow_code,
            timeout_s=timeout,
            observer=observer,
        )
    output.write_json(records, json_file)
    models = given.find_models(artifact) if model is None else [model]
    repeat = options.repeat_options(
        models, allow_code=allow_code, judged=records, data=data, metrics=metrics
    )
    found = reports.build(records, str(artifact), repeat=repeat)
    if json_file != "-":
        output.show_document(reports.summary(found))
    status = output.exit_status(records, named)
    status = output.gate_status(records) if dist_folder.find_folders(artifact) else status
    return status or output.budget_status(found.cards)
