"""What the commands share: reading their options, writing records, and the exit status."""

from __future__ import annotations  # `Path` is not imported for --help

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from seqbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from seqbench.record import Record
    from seqbench.report.document import Document


BAD_INPUT = 2
"""Exit status for wrong usage and for input that cannot be used."""

INTERRUPTED = 130
"""Exit status after Ctrl-C: 128 and the signal's number, as shells have it."""


def command(function: Callable[..., int | None]) -> Callable[..., None]:
    """Turn what a command returns or raises into an exit status and a line on stderr."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            status = function(*args, **kwargs) or 0
        except InputError as error:
            for line in str(error).splitlines():
                click.echo(f"seqbench: {line}", err=True)
            status = BAD_INPUT
        except KeyboardInterrupt:
            click.echo("seqbench: interrupted; finished records are kept", err=True)
            status = INTERRUPTED
        sys.exit(status)

    return wrapped


class _PathType(click.ParamType["Path"]):
    """A path, as `pathlib` has it; that is imported only where one is given."""

    name = "path"

    def convert(self, value: Any, *_: object) -> Path:
        """Return the path."""
        from pathlib import Path

        return Path(value)


PATH = _PathType()
"""The type of options that name a file or a folder."""


def names(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Split `a,b`."""
    return None if value is None else tuple(filter(None, value.replace(" ", "").split(",")))


def numbers(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Split `1,2`."""
    if value is None:
        return None
    try:
        return tuple(map(int, value.split(",")))
    except ValueError:
        msg = f"{value!r} is no list of whole numbers, such as 1,2"
        raise click.BadParameter(msg) from None


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def some(models: tuple[str, ...]) -> tuple[str, ...]:
    """Return the models, refusing none."""
    if not models:
        raise click.UsageError("give at least one MODEL; `seqbench list` shows the scenarios")
    return models


def specs(models: Iterable[str]) -> dict[str, str]:
    """Return what to type for each model, by its name."""
    from seqbench.models.source import resolve_all

    return {source.name: source.spec for source in resolve_all(models)}


def known_requirements(names: Iterable[str] | None) -> None:
    """Refuse a name that is no device, runtime or target.

    Raises:
        InputError: a name is unknown.

    """
    from seqbench.chips import CHIPS
    from seqbench.device import DEVICES
    from seqbench.runtimes import RUNTIMES
    from seqbench.targets import TARGETS

    known = [*DEVICES, *CHIPS, *RUNTIMES, *TARGETS]
    for name in names or ():
        if name not in known:
            raise InputError(f"--require {name}: expected one of {', '.join(known)}")


def status(records: list[Record], require: Iterable[str] | None) -> int:
    """Return 0 when every cell passed or is unavailable and not required, else 1."""
    from seqbench.record import Status

    required = set(require or ())
    for record in records:
        if record.status is Status.UNAVAILABLE:
            cell = record.cell
            missing = required & {cell.device, cell.runtime, cell.target}
            if missing:
                name = missing.pop()
                click.echo(f"seqbench: {name} is required: {record.reason}", err=True)
                return 1
        elif record.status is not Status.PASS:
            return 1
    return 0


def write_json(records: list[Record], file: str | None) -> None:
    """Write records as a JSON array to a file, `-` for standard output; None writes nothing.

    Raises:
        InputError: the file cannot be written.

    """
    import json

    from seqbench.record import encode

    text = json.dumps([encode(record) for record in records], indent=1, allow_nan=False)
    write_text(text + "\n", file)


def write_text(text: str, file: str | None) -> None:
    """Write a text to a file, `-` for standard output; None writes nothing.

    Raises:
        InputError: the file cannot be written.

    """
    from seqbench import store

    if file is None:
        return
    if file == "-":
        click.echo(text, nl=False)
        return
    try:
        store.write_text(PATH.convert(file), text)
    except OSError as error:
        raise InputError(f"cannot write {file}: {error.strerror}") from error


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    import json

    click.echo(json.dumps(value, indent=1))


def show(renderable: Any) -> None:
    """Print something that rich renders."""
    from rich.console import Console

    Console().print(renderable)


def show_document(document: Document) -> None:
    """Print a document."""
    from seqbench.report.terminal import terminal

    show(terminal(document))
