"""Two real processes that would write the same files: the second one is told so and ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from seqbench.core import lock
from seqbench.core.errors import InputError
from seqbench.core.store import MARK
from seqbench.engine.state import Observer
from studies.layers import command
from tests.support.commands import seqbench

pytestmark = pytest.mark.slow

WAITS = """
def data():
    import pathlib, time
    here = pathlib.Path(__file__).parent
    (here / "waiting").touch()
    while not (here / "go").exists():
        time.sleep(0.05)
"""


@pytest.fixture
def waiting_scenario(tiny_scenario: Path) -> Path:
    """A scenario that trains as soon as there is a file `go` beside it."""
    tiny_scenario.write_text(tiny_scenario.read_text().replace("\ndef data():\n", WAITS))
    return tiny_scenario


def start(*words: object, cwd: Path) -> "subprocess.Popen[str]":
    """Start a command and wait until it is in the middle of its work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "seqbench", *map(str, words)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
    )
    deadline = time.monotonic() + 120
    while not (cwd / "waiting").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    return process


def test_the_second_run_in_a_folder_ends_at_once_and_the_first_goes_on(
    waiting_scenario: Path, tmp_path: Path
) -> None:
    words = ("run", waiting_scenario, "--only", "train", "--device", "cpu", "--out", "run")
    first = start(*words, cwd=tmp_path)
    try:
        holder = json.loads((tmp_path / "run" / lock.NAME).read_text())
        refusal = (
            f"{tmp_path / 'run'} is in use by process {first.pid} on {holder['host']}, since "
            f"{holder['since']}: wait until it has ended, or choose another with --out"
        )
        second = seqbench(*words, cwd=tmp_path)
        assert (second.exit_code, second.stderr) == (2, f"seqbench: {refusal}\n")
        with pytest.raises(InputError) as refused:
            command.coverage(tmp_path / "run", Observer(), "^Dense-plain$")
        assert str(refused.value) == refusal
    finally:
        (tmp_path / "go").touch()
        _, stderr = first.communicate(timeout=120)
    assert first.returncode == 0, stderr
    assert not (tmp_path / "run" / lock.NAME).exists()
    (record,) = (tmp_path / "run" / "records").iterdir()
    assert json.loads(record.read_text())["status"] == "pass"


def test_a_run_goes_on_at_once_after_kill_9(waiting_scenario: Path, tmp_path: Path) -> None:
    words = ("run", waiting_scenario, "--only", "train", "--device", "cpu", "--out", "run")
    first = start(*words, cwd=tmp_path)
    family = psutil.Process(first.pid).children(recursive=True)
    assert len(family) >= 2
    for process in family:  # a lock that a worker had would outlive its parent
        opened = [os.path.realpath(f"/proc/{process.pid}/fd/{fd}") for fd in fds(process.pid)]
        assert str(tmp_path / "run" / lock.NAME) not in opened
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    (tmp_path / "go").touch()
    assert (tmp_path / "run" / lock.NAME).exists()
    assert json.loads((tmp_path / "run" / MARK).read_text())["versions"]["seqbench"]
    again = seqbench(*words, cwd=tmp_path)
    assert again.exit_code == 0, again.stderr
    assert not (tmp_path / "run" / lock.NAME).exists()


def fds(pid: int) -> list[str]:
    return [path.name for path in Path(f"/proc/{pid}/fd").iterdir()]


def test_two_exports_of_one_model_into_a_folder_and_of_another_beside_it(
    waiting_scenario: Path, tmp_path: Path
) -> None:
    first = start("export", waiting_scenario, "--to", "onnx", cwd=tmp_path)
    try:
        second = seqbench("export", waiting_scenario, "--to", "tflite", cwd=tmp_path)
        assert second.exit_code == 2
        expected = f"seqbench: {tmp_path / 'dist' / 'tiny'} is in use by process {first.pid} on "
        assert second.stderr.startswith(expected)
        other = seqbench("export", "three_class", "--to", "onnx", cwd=tmp_path)
        assert other.exit_code == 0, other.stderr
    finally:
        (tmp_path / "go").touch()
        _, stderr = first.communicate(timeout=120)
    assert first.returncode == 0, stderr
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {"tiny", "three_class"}
    assert {path.name for path in (tmp_path / "dist" / "tiny").iterdir()} == {
        "README.md",
        "manifest.json",
        "model.onnx",
    }
