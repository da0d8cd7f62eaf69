"""Real processes whose output is closed, full, or not able to show every character."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "✔ 56.1 µs · naïve … \udcff 猫"
SHOW = f"""
import click, sys
from rich.table import Table
from seqbench.cli import output

@click.command()
@output.command
def main():
    output.say({TEXT!a})
    table = Table({"▁█"!a})
    table.add_row({"○ gone"!a})
    output.show(table)

main()
"""


def run(code: str, redirection: str = "", **env: str) -> "subprocess.CompletedProcess[bytes]":
    """Run Python code, with its output redirected by a shell."""
    return subprocess.run(
        ["sh", "-c", f'"$0" -c "$1" {redirection}', sys.executable, code],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
    )


def test_a_terminal_of_ascii_is_shown_what_it_can_show() -> None:
    done = run(SHOW, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("ascii")
    assert text.startswith("+ 56.1 us | naive ... ? ?\n")
    assert "18" in text
    assert "o gone" in text


def test_one_of_utf8_is_shown_all_but_what_is_no_character() -> None:
    done = run(SHOW, PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("✔ 56.1 µs · naïve … ? 猫\n")


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_the_locale_c_is_no_hindrance(locale: str) -> None:
    done = run(SHOW, LC_ALL=locale, PYTHONIOENCODING="", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"56.1" in done.stdout


@pytest.mark.parametrize(
    ("redirection", "status"),
    [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0), ("<&- >&- 2>&-", 0), (">/dev/full 2>/dev/full", 2)],
)
def test_what_is_closed_or_full_is_no_traceback(redirection: str, status: int) -> None:
    done = run(SHOW, redirection)
    assert (done.returncode, done.stderr) == (status, b"")


@pytest.mark.parametrize("words", ["list --json", "--help"])
def test_a_full_output_is_a_line(words: str) -> None:
    code = (
        f"import sys; sys.argv[1:] = '{words}'.split(); from seqbench.cli.main import main; main()"
    )
    done = run(code, ">/dev/full")
    assert done.returncode == 2
    assert done.stderr == (
        b"seqbench: cannot write the output: No space left on device: make room, then give the "
        b"same command again\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        pytest.param(("run", "--json", "-"), marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("both", [False, True])
def test_a_reader_that_left_ends_the_command_silently(
    words: tuple[str, ...], tmp_path: Path, *, both: bool
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    if words[0] == "run":
        words = (*words, "digits_mlp", "--only", "train", "--device", "gpu", "--out", "run")
    done = subprocess.run(
        [sys.executable, "-m", "seqbench", *words],
        stdout=writer,
        stderr=writer if both else subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(writer)
    assert done.returncode == 141
    assert b"Traceback" not in (done.stderr or b"")
    assert b"Broken" not in (done.stderr or b"")


def test_a_file_that_is_opened_next_does_not_become_standard_error(tmp_path: Path) -> None:
    code = (
        "import os, sys; from seqbench.cli import streams; streams.prepare()\n"
        f"file = open({str(tmp_path / 'a')!r}, 'w'); os._exit(file.fileno() > 2)"
    )
    assert run(code, ">&- 2>&-").returncode == 1
