"""Folders that fill up or go away under a run."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seqbench.core import storage
from seqbench.core.errors import StorageError
from seqbench.core.files import replacing
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store
from tests.support.commands import seqbench
from tests.support.processes import start, wait_for

FULL_DISK = """
mount -t tmpfs -o size=$SIZE none "$1" && cd "$1" || exit 99
shift
"$@"
status=$?
mkdir -p "$KEEP" && cp -r . "$KEEP"
exit $status
"""


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device"),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), "Disk quota exceeded"),
        (OSError(errno.EFBIG, os.strerror(errno.EFBIG)), "File too large"),
        (RuntimeError("Can't write data (No space left on device)"), "No space left on device"),
        (OSError(errno.EACCES, os.strerror(errno.EACCES)), None),
        (ValueError("no"), None),
    ],
)
def test_a_full_disk_is_told_from_other_errors(error: Exception, why: str | None) -> None:
    assert storage.why_full(error) == why


def test_what_does_not_fit_is_a_line_that_names_the_folder(tmp_path: Path) -> None:
    def write() -> None:
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            with Path("/dev/full").open("w") as full:
                full.write("the rest")

    with pytest.raises(StorageError, match=f"cannot write into {tmp_path}: No space .*make room"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_folder_that_went_away_gets_no_record(tmp_path: Path, *, again: bool) -> None:
    store = Store(tmp_path / "run")
    cell = Cell(model="m", kind=Kind.TRAIN, runtime="keras")
    with store.hold(["m"], {"versions": {"seqbench": "0"}}):
        (tmp_path / "run").rename(tmp_path / "elsewhere")
        if again:
            (tmp_path / "run").mkdir()
        went = r"run went away while seqbench worked on it \(deleted"
        with pytest.raises(StorageError, match=went):
            store.save(Record(cell=cell, status=Status.PASS))
    assert (tmp_path / "run").exists() is again
    assert not list(tmp_path.rglob("records"))


def on_a_disk_of(size: str, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a file system of a size; what it leaves is copied to `folder/kept`."""
    (folder / "disk").mkdir()
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", FULL_DISK, "sh", str(folder / "disk"), *command],
        env={**os.environ, "SIZE": size, "KEEP": str(folder / "kept")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode in (1, 99) and "unshare" in done.stderr + "mount" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    return done


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="a file system of one process is Linux's")
def test_a_full_disk_is_a_line_and_keeps_the_records(tiny_scenario: Path, tmp_path: Path) -> None:
    words = ["run", str(tiny_scenario), "--device", "cpu", "--target", "saved_model,tflite,onnx"]
    program = (sys.executable, "-m", "seqbench")
    done = on_a_disk_of("130k", tmp_path, *program, *words, "--out", "run")
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("seqbench: ")]
    assert len(lines) == 1
    assert "No space left on device: make room there, then give the same command" in lines[0]
    assert str(tmp_path / "disk" / "run") in lines[0]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    records = {path: path.read_text() for path in (tmp_path / "kept").rglob("records/*")}
    assert records
    assert {json.loads(text)["status"] for text in records.values()} == {"pass"}
    again = seqbench(*words, "--out", "run", cwd=tmp_path / "kept")
    assert again.exit_code == 0, again.stderr
    assert {path: path.read_text() for path in records} == records


@pytest.mark.slow
@pytest.mark.parametrize("out", ["run", "dist"])
def test_a_folder_that_is_deleted_is_no_defect_of_seqbench(
    out: str, tiny_scenario: Path, tmp_path: Path
) -> None:
    words = ["export", str(tiny_scenario), "--to"]
    if out == "run":
        words = ["run", str(tiny_scenario), "--device", "cpu", "--target"]
    process = start(*words, "onnx,tflite", "--out", out, cwd=tmp_path)
    wait_for(lambda: list((tmp_path / out).rglob("*.tflite")))
    (tmp_path / out).rename(tmp_path / "gone")  # at once: it is being written into
    shutil.rmtree(tmp_path / "gone", ignore_errors=True)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 2
    (line,) = [line for line in stderr.splitlines() if line.startswith("seqbench: ")]
    assert f"{tmp_path / out}" in line
    assert "went away while seqbench worked on it" in line
    assert "defect" not in stderr
    assert "Traceback" not in stderr
