import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from seqbench.core.errors import Unavailable
from seqbench.runtimes.browser import browser
from seqbench.runtimes.browser.browser import Browser
from seqbench.runtimes.browser.server import WebServer

PARENT = """
import sys, time
from pathlib import Path
from seqbench.runtimes.browser import browser
from seqbench.runtimes.browser.browser import Browser
from seqbench.runtimes.browser.server import WebServer
files = {path.name: path for path in Path(sys.argv[1]).iterdir()}
with WebServer(files) as server:
    with Browser(browser.require(), server.url) as running:
        assert server.job_queue.wait_for_page(60)
        print(running.pid, running._folder.name, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Return the folder of a page that does no more than report."""
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text('<!doctype html><script src="page.js"></script>')
    (folder / "page.js").write_text('new EventSource("jobs")')
    return folder


def program(folder: Path, name: str, script: str = "") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def using(text: str) -> list[str]:
    """Return the command lines of living processes in which the text stands."""
    lines = (
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])
    )
    return [line for line in lines if text in line]


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_find_takes_the_variable_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chromium, mine = program(tmp_path, "chromium"), program(tmp_path, "mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    assert browser.find() == chromium
    monkeypatch.setenv(browser.VARIABLE, str(mine))
    assert browser.find() == mine
    monkeypatch.setenv(browser.VARIABLE, "mine")
    assert browser.find() == mine


def test_find_prefers_chromium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    chrome = program(tmp_path, "google-chrome")
    assert browser.find() == chrome
    chromium = program(tmp_path, "chromium")
    assert browser.find() == chromium


def test_variable_that_names_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.VARIABLE, "/no/such/chrome")
    with pytest.raises(Unavailable, match=r"\$SEQBENCH_BROWSER is /no/such/chrome, .* unset it"):
        browser.find()


@pytest.mark.skipif(sys.platform == "darwin", reason="applications are not on the PATH there")
def test_missing_browser_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    assert browser.find() is None
    with pytest.raises(Unavailable, match=r"`seqbench setup` or `apt-get install chromium`"):
        browser.require()


def test_sandbox_is_left_out_for_root_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in browser.flags()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in browser.flags()


def test_last_words_leave_out_the_message_bus(tmp_path: Path) -> None:
    script = "echo 'no display'>&2; echo '[1:ERROR:dbus/bus.cc:405] no bus'>&2; exit 1"
    with Browser(program(tmp_path, "chromium", script), "http://127.0.0.1:1/") as running:
        assert becomes_true(running.ended)
        assert running.last_words() == "no display"


def test_close_kills_all_of_its_processes(tmp_path: Path) -> None:
    sleep = f"sleep 54321.{os.getpid()}"  # no other session of the tests has it
    stubborn = program(tmp_path, "chromium", f"trap '' TERM; {sleep} & {sleep}")
    with Browser(stubborn, "http://127.0.0.1:1/") as running:
        assert becomes_true(lambda: len(using(sleep)) == 2)
    assert running.ended()
    assert becomes_true(lambda: not using(sleep))


@pytest.mark.browser
def test_browser_leaves_no_process_and_no_file(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = Path(tempfile.mkdtemp())  # a short name, as the system's has
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with WebServer({path.name: path for path in page.iterdir()}) as server:
        with Browser(browser.require(), server.url) as running:
            assert server.job_queue.wait_for_page(60)
            assert not running.ended()
            assert len(using(str(temporary))) > 2
            assert using(server.token) == []  # every user can read a command line
        assert becomes_true(lambda: not using(str(temporary)))
    temporary.rmdir()
    assert sorted(tmp_path.iterdir()) == [home, page]
    assert list(home.iterdir()) == []


@pytest.mark.browser
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
def test_browser_dies_with_a_killed_parent(page: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(page)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        try:
            assert parent.stdout is not None
            group, folder = parent.stdout.readline().split()
            assert using(folder)
        finally:
            parent.kill()
    assert becomes_true(lambda: not using(folder))
    assert becomes_true(lambda: not psutil.pid_exists(int(group)))
    shutil.rmtree(folder)


@pytest.mark.browser
def test_a_long_name_of_the_temporary_folder(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    monkeypatch.setenv("TMPDIR", str(deep))
    with (
        WebServer({path.name: path for path in page.iterdir()}) as server,
        Browser(browser.require(), server.url),
    ):
        assert server.job_queue.wait_for_page(60)
