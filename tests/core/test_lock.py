import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from seqbench.core.errors import InputError
from seqbench.core.lock import NAME, hold

HOLDER = """
import subprocess, sys
from pathlib import Path
from seqbench.core.lock import hold
with hold(Path(sys.argv[1]), "it"):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.read()
"""
"""A process that holds a lock, and has started another, until its input ends."""


def start_holder(path: Path) -> "tuple[subprocess.Popen[str], psutil.Process]":
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, psutil.Process(int(process.stdout.readline()))


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught, hold(path, "it"):
        pass
    return str(caught.value)


def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system without locks, of which none is at hand in a test."""

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.mark.parametrize("locks", [True, False])
def test_a_second_process_is_told_who_holds_it(
    locks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / NAME
    process, child = start_holder(path)
    if not locks:
        no_locks(monkeypatch)
    try:
        since = json.loads(path.read_text())["since"]
        said = refusal(path)
        assert said.startswith(f"it is in use by process {process.pid} on ")
        assert f", since {since}: wait until it has ended, or choose another with --out" in said
        assert (
            f"No locks available: if that process has ended, delete {path}" in said
        ) is not locks
    finally:
        process.communicate("")
        child.kill()
    assert not path.exists()
    with hold(path, "it"):
        pass


@pytest.mark.parametrize("locks", [True, False])
def test_a_killed_holder_blocks_nobody_even_where_its_child_lives(
    locks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / NAME
    process, child = start_holder(path)
    if not locks:
        no_locks(monkeypatch)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    try:
        assert child.is_running()
        assert path.exists()
        with hold(path, "it"):
            assert json.loads(path.read_text())["pid"] == os.getpid()
        assert list(tmp_path.iterdir()) == []
    finally:
        child.kill()


def test_without_locks_a_number_that_is_used_again_is_no_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_locks(monkeypatch)
    path = tmp_path / NAME
    with hold(path, "it"):
        assert "No locks available" in refusal(path)
        before = json.loads(path.read_text())
    path.write_text(json.dumps({**before, "process_began": before["process_began"] - 60}))
    with hold(path, "it"):
        pass
    path.write_text(json.dumps({**before, "host": "another", "pid": 2**22 + 1}))
    assert f"process {2**22 + 1} on another" in refusal(path)


def test_what_was_cut_off_is_taken_over_and_what_is_the_users_is_not(tmp_path: Path) -> None:
    path = tmp_path / NAME
    for cut in ("", '{"held', '{"held_by": "seqbench", "pid": 1'):
        path.write_text(cut)
        with hold(path, "it"):
            pass
    for mine in ("mine", '{"held_by": "me"}'):
        path.write_text(mine)
        assert refusal(path) == (
            f"{path} is not seqbench's, which keeps its lock there: move it away"
        )
        assert path.read_text() == mine


def test_nothing_is_locked_behind_a_link_or_in_what_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.symlink_to(tmp_path / "elsewhere")
    assert refusal(path) == f"cannot lock it: {path}: Too many levels of symbolic links"
    assert not (tmp_path / "elsewhere").exists()
    path.unlink()
    os.mkfifo(path)
    assert "is no regular file" in refusal(path)
    path.unlink()
    path.mkdir()
    assert refusal(path) == f"cannot lock it: {path}: Is a directory"
    assert "No such file" in refusal(tmp_path / "nowhere" / NAME)


def test_the_lock_of_a_folder_made_anew_meanwhile_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "folder" / NAME
    path.parent.mkdir()
    with hold(path, "it"):
        path.parent.rename(tmp_path / "old")
        path.parent.mkdir()
        with hold(path, "it"):
            pass
        path.write_text("of another process")
    assert path.read_text() == "of another process"
