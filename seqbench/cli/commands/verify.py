"""The command `seqbench verify`."""

from pathlib import Path

import click

from seqbench.cli import options, output


@click.command()
@click.argument("artifact", type=options.PATH)
@click.argument("model")
@options.runtimes
@options.variants
@options.timeout
@options.data
@options.metrics
@options.json_file()
@options.require
@options.allow_code
@output.command
def verify(  # noqa: PLR0913 - one argument for each thing that a user can choose
    artifact: Path,
    model: str,
    runtimes: tuple[str, ...] | None,
    variants: tuple[str, ...] | None,
    timeout: float | None,
    json_file: str | None,
    require: tuple[str, ...] | None,
    *,
    data: str | None,
    metrics: tuple[str, ...] | None,
    allow_code: bool,
) -> int:
    """Judge whether ARTIFACT, whoever made it, computes what MODEL computes.

    It is judged as of one --variant, fp32 unless told otherwise. Where nothing here can run it,
    that is no success.
    """
    from seqbench import api, reports
    from seqbench.cli import asked
    from seqbench.cli.progress import show_progress
    from seqbench.core.record import PLAIN

    options.check_requirements(require)
    variant = options.require_one("--variant", variants, PLAIN)
    named = asked.names(require=require, runtimes=runtimes, variants=variants)
    with show_progress() as observer:
        records = api.verify(
            artifact,
            model,
            runtimes=runtimes,
            variant=variant,
            data=data,
            metrics=metrics or (),
            allow_code=allow_code,
            timeout_s=timeout,
            observer=observer,
        )
    output.write_json(records, json_file)
    if json_file != "-":
        repeat = options.repeat_options(
            [model], allow_code=allow_code, artifact=artifact, data=data, metrics=metrics
        )
        found = reports.build(records, str(artifact), repeat=repeat)
        output.show_document(reports.summary(found))
    return output.exit_status(records, named)
