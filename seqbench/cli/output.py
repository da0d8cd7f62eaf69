"""What the commands print and write, and their exit status."""

from __future__ import annotations  # of what is imported where it is needed

import signal
import sys
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqbench.cli import streams
from seqbench.core import signals, storage
from seqbench.core.errors import InputError, PartialInputError, SeqbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seqbench.comparison.runs import Comparison
    from seqbench.core.record import Record
    from seqbench.reports.card.places import Card
    from seqbench.reports.document import Document


SIGNALLED = 128
"""Exit status after a signal, less its number, as shells have it: 130 after Ctrl-C."""

KEPT = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
"""What a signal did to the command, in a word."""


def command(function: Callable[..., int | None]) -> Callable[..., None]:
    """Turn what a command returns or raises into an exit status and a line on stderr."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        streams.prepare()
        sys.exit(_status_of(lambda: function(*args, **kwargs)))

    return wrapped


def _status_of(do: Callable[[], int | None]) -> int:
    """Do something to its end, whatever the end is; return the exit status."""
    try:
        with signals.raising():
            return do() or 0
    except SeqbenchError as error:
        for line in str(error).splitlines():
            _complain(line)
        return error.exit_code
    except KeyboardInterrupt as error:
        number = getattr(error, "number", signal.SIGINT)
        _complain(f"{KEPT[number]}; finished records are kept")
        return SIGNALLED + number
    except (OSError, SystemExit) as error:  # rich makes a SystemExit of a closed pipe
        status = write_error_status(error)
        if status is None:
            raise
        return status


def write_error_status(error: BaseException) -> int | None:
    """Return the exit status where the output is a closed pipe or full; None for other errors.

    As with other tools, a reader that leaves early ends the command without a word.
    """
    if any(isinstance(found, BrokenPipeError) for found in (error, error.__context__)):
        streams.discard(sys.stdout, sys.stderr)
        return SIGNALLED + signal.SIGPIPE
    full = storage.why_full(error)
    if full is None:
        return None
    streams.discard(sys.stdout)
    place = getattr(error, "filename", None) or "the output"
    _complain(f"cannot write {place}: {full}: make room, then give the same command again")
    return InputError.exit_code


def _complain(line: str) -> None:
    """Write a line on stderr; where that is closed or full, nobody reads it."""
    try:
        click.echo(f"seqbench: {line}", err=True)
    except OSError:
        streams.discard(sys.stderr)


def say(text: str, *, nl: bool = True) -> None:
    """Write a text to standard output, as far as its encoding can show it."""
    click.echo(text, file=sys.stdout, nl=nl)  # without the file click takes UTF-8 for ASCII


def exit_status(records: Sequence[Record], named: Mapping[str, str]) -> int:
    """Return 0 when every cell passed, or is unavailable and was not asked for by name; else 1.

    Args:
        records: what came of the cells.
        named: what was asked for by name, each with its option: see `asked.names`.

    """
    from seqbench.cli import asked
    from seqbench.core.record import HARMLESS

    lines = list(asked.not_done(named, records))
    for line in lines:
        _complain(line)
    broken = any(record.status not in HARMLESS for record in records)
    return int(broken or bool(lines))


def budget_status(cards: Iterable[Card]) -> int:
    """Return 1 where nothing of a model meets its budget, and say so; else 0."""
    missed = [card for card in cards if not card.met]
    for card in missed:
        _complain(f"{card.model}: nothing meets the budget {', '.join(map(str, card.limits))}")
    return int(bool(missed))


def do_what_can_be_done(
    do: Callable[[], Sequence[Record]],
) -> tuple[Sequence[Record], PartialInputError | None]:
    """Return the records of a run, and what was refused where that was only some of the models."""
    try:
        return do(), None
    except PartialInputError as refusal:
        return [*refusal.records], refusal


def complain_of(refusal: PartialInputError | None, status: int) -> int:
    """Name the models that were refused; return the exit status, `status` unless that is 0."""
    if refusal is None:
        return status
    for line in str(refusal).splitlines():
        _complain(line)
    return status or refusal.exit_code


def gate_status(records: Sequence[Record]) -> int:
    """Return 0 when every cell passed, else 1: what could not be judged is no pass."""
    from seqbench.core.record import Status

    for record in records:
        if record.status is Status.UNAVAILABLE:
            _complain(f"{record.artifact} was not judged in {record.cell.runtime}: {record.reason}")
    return int(any(record.status is not Status.PASS for record in records))


def write_json(records: Sequence[Record], file: str | None) -> None:
    """Write records as a JSON array to a file, `-` for standard output; None writes nothing.

    Raises:
        InputError: the file cannot be written.

    """
    from seqbench.core.record import write_array

    write_text(write_array(records), file)


def write_text(text: str, file: str | None) -> None:
    """Write a text to a file, `-` for standard output; None writes nothing.

    Raises:
        InputError: the file cannot be written.

    """
    from seqbench.core import files

    if file is None:
        return
    if file == "-":
        say(text, nl=False)
        return
    files.write_text(Path(file), text)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    import json

    say(json.dumps(value, indent=1))


def show(renderable: Any) -> None:
    """Print something that rich renders."""
    from rich.console import Console

    Console().print(renderable)


def show_document(document: Document) -> None:
    """Print a document."""
    from seqbench.reports.terminal import render_terminal

    show(render_terminal(document))


def show_comparison(comparison: Comparison, out: Path | None, json_file: str | None) -> int:
    """Print and write a comparison; return the exit status."""
    from seqbench.comparison import files, tables
    from seqbench.comparison.verdicts import Verdict

    if out is not None:
        files.write(comparison, out)
    write_text(files.to_text(comparison) if json_file else "", json_file)
    if json_file != "-":
        show_document(tables.summary(comparison))
    return int(comparison.verdict is Verdict.WORSE)
