"""The command line: each command is one call of the API; printing is here and in `console`."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING

import click

from seqbench import __version__, console

if TYPE_CHECKING:
    from pathlib import Path


TARGETS_HELP = "Targets, as `seqbench list` shows them."
RUNTIMES_HELP = "Runtimes, as `seqbench list` shows them."
VARIANTS_HELP = "Beside fp32: fp16,int8-weights,int8."

models = click.argument("models", nargs=-1, metavar="MODEL...")
allow_code = click.option(
    "--allow-code", is_flag=True, help="Execute code inside a model's file (Lambda layers)."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Benchmark, export and verify Keras Sequential models where their users run them.

    A MODEL is a scenario's name, x.keras, x.h5, or file.py[:name].

    Exit status: 0 when every cell passed, 1 when one did not, 2 for wrong usage or bad input.
    """


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@console.command
def list_(*, as_json: bool) -> None:
    """Show scenarios, targets, runtimes and devices, and what is available here."""
    from seqbench.inventory import inventory, table

    found = inventory()
    if as_json:
        console.show_json(found)
    else:
        console.show(table(found))


@main.command()
@models
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@allow_code
@console.command
def show(models: tuple[str, ...], *, as_json: bool, allow_code: bool) -> None:
    """Show each model's layers, shapes, parameters, FLOPs and memory."""
    from seqbench import api
    from seqbench.show import table

    found = api.show(console.some(models), allow_code=allow_code)
    if as_json:
        console.show_json(found)
    else:
        for model in found:
            console.show(table(model))


@main.command()
@models
@allow_code
@console.command
def check(models: tuple[str, ...], *, allow_code: bool) -> int:
    """Warn of likely mistakes, such as a last layer that does not fit the loss."""
    from seqbench import api

    found = api.check(console.some(models), allow_code=allow_code)
    for name, warnings in found.items():
        for warning in warnings:
            click.echo(f"{name}: {warning}")
        if not warnings:
            click.echo(f"{name}: nothing to say against it", err=True)
    return int(any(found.values()))


@main.command()
@models
@click.option("--only", "kinds", callback=console.names, help="Kinds: train,infer,export,verify.")
@click.option("--target", "targets", callback=console.names, help=TARGETS_HELP)
@click.option("--runtime", "runtimes", callback=console.names, help=RUNTIMES_HELP)
@click.option("--device", "devices", callback=console.names, help="Of cpu,gpu,tpu (default: all).")
@click.option("--variant", "variants", callback=console.names, help=VARIANTS_HELP)
@click.option("--quick/--full", default=True, help="Time each cell for 0.3 s (default) or 3 s.")
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
    **chosen: tuple[str, ...] | None,
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
        console.show(report.terminal(report.load(folder)))
        click.echo(f"report: {path}")
    return console.status(records, require)


@main.command()
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
        console.show(report.terminal(report.build(records, str(out), specs=console.specs(models))))
    return console.status(records, require)


@main.command()
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
        console.show(
            report.terminal(report.build(records, str(artifact), specs=console.specs([model])))
        )
    return console.status(records, None)


@main.command()
@click.option(
    "--only", metavar="PATTERN", help="Only cases whose names hold this regular expression."
)
@click.option("--target", callback=console.names, help=TARGETS_HELP)
@click.option("--out", type=console.PATH, help="The walk's folder; goes on with it.")
@click.option("--baseline", type=console.PATH, help="What to hold it against.")
@click.option("--json", "json_file", help="Write the statuses as a baseline (- for stdout).")
@console.command
def coverage(
    only: str | None,
    target: tuple[str, ...] | None,
    out: Path | None,
    baseline: Path | None,
    json_file: str | None,
) -> int:
    """Export every layer of Keras in its usual configurations, and verify each on every target.

    Exit status 1 where a case is worse than in the baseline, or Keras has an unknown layer.
    """
    from seqbench.coverage import baseline as baselines
    from seqbench.coverage import command, pages
    from seqbench.naming import new_run
    from seqbench.progress import shown

    with shown() as observer:
        outcome = command.coverage(
            out or new_run(), observer, only, target, baseline or baselines.COMMITTED
        )
    if json_file == "-":
        click.echo(baselines.dumps(outcome.classes), nl=False)
        return 0 if outcome.passed else 1
    if json_file is not None:
        baselines.write(outcome.classes, console.PATH.convert(json_file))
    for line in pages.lines(outcome.walked):
        click.echo(line)
    click.echo(f"tables: {outcome.page}")
    return 0 if outcome.passed else 1


@main.command("report")
@click.argument("run", type=console.PATH)
@click.option("--out", type=console.PATH, help="File: .html, .md or .json.")
@console.command
def report_(run: Path, out: Path | None) -> None:
    """Write the report of RUN again, from its records."""
    from seqbench import report

    click.echo(report.write(run, out))


@main.command()
@console.command
def setup() -> None:
    """Fetch what pip cannot: TF.js for the browser page, and a browser."""
    from seqbench.doctor import install

    install(lambda text: click.echo(text, err=True))


@main.command()
@console.command
def doctor() -> int:
    """Show what is installed, what is missing, and how to get it."""
    from seqbench.doctor import examine, table

    found = examine()
    console.show(table(found))
    return int(any(item.missing for item in found))
