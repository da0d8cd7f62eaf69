"""The commands that show what there is to work with, and what was seen."""

from __future__ import annotations  # `Path` is not imported for --help

from typing import TYPE_CHECKING

import click

from seqbench import console
from seqbench.commands import options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("list")
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


@click.command()
@options.models
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@options.allow_code
@console.command
def show(models: tuple[str, ...], *, as_json: bool, allow_code: bool) -> None:
    """Show each model's layers, shapes, parameters, FLOPs and memory."""
    from seqbench import api
    from seqbench.describe import table

    found = api.show(console.some(models), allow_code=allow_code)
    if as_json:
        console.show_json(found)
    else:
        for model in found:
            console.show(table(model))


@click.command()
@options.models
@options.allow_code
@console.command
def check(models: tuple[str, ...], *, allow_code: bool) -> int:
    """Warn of likely mistakes, such as a last layer that does not fit the loss."""
    from seqbench import api

    found = api.check(console.some(models), allow_code=allow_code)
    for name, warnings in found.items():
        for warning in warnings:
            console.say(f"{name}: {warning}")
        if not warnings:
            click.echo(f"{name}: nothing to say against it", err=True)
    return int(any(found.values()))


@click.command()
@click.argument("runs_folder", type=console.PATH, default="results")
@click.option("--cell", "pattern", help="Only cells whose keys hold this regular expression.")
@options.out_file("File: .html, with charts.")
@console.command
def history(runs_folder: Path, pattern: str | None, out: Path | None) -> None:
    """Show each timed cell's median over the runs in RUNS_FOLDER (default: results)."""
    from seqbench.history import lines, page

    found = lines.gather(runs_folder, pattern)
    for line in found.unreadable:
        click.echo(f"seqbench: {line}", err=True)
    if out is not None:
        page.write(found, out)
    console.show_document(page.summary(found))


@click.command("report")
@click.argument("run", type=console.PATH)
@click.option(
    "--format",
    "form",
    help="One of html,markdown,json,pytest-benchmark,junit (default: html and markdown).",
)
@options.out_file("The file; without --format its suffix chooses.")
@console.command
def report_(run: Path, form: str | None, out: Path | None) -> None:
    """Write the report of RUN again, from its records, and print the file's name."""
    from seqbench import report

    console.say(str(report.write(run, out, form)))
