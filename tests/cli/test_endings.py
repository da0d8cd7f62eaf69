"""Commands that a signal ends: the exit status, one line, and nothing left behind."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest

from tests.support.processes import family, runs, start, survivors, wait_for

pytestmark = pytest.mark.slow

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to another")


def temporary(folder: Path) -> dict[str, str]:
    """Return the environment of a process whose temporary folder is one of our own."""
    (folder / "t").mkdir()
    return {**os.environ, "TMPDIR": str(folder / "t")}


def test_a_terminal_that_is_closed_ends_every_process(tiny_scenario: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(tiny_scenario.read_text().replace('name="tiny"', 'name="other"'))
    words = ("export", tiny_scenario, other, "--to", "onnx", "--out", "dist")
    process = start(*words, cwd=tmp_path, env=temporary(tmp_path))
    stderr_file = process.stderr
    assert stderr_file is not None
    wait_for(lambda: "cells to do" in stderr_file.readline())
    started = family(process)
    assert any(runs(one, "seqbench.engine.workers.fork_server") for one in started)
    process.send_signal(signal.SIGHUP)
    _, stderr = process.communicate(timeout=60)
    assert not survivors(started)
    assert process.returncode == 129
    assert stderr.splitlines()[-1] == "seqbench: hung up; finished records are kept"
    assert "Traceback" not in stderr
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.browser
@linux
def test_kill_ends_the_browser_too_however_often_it_comes(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    deep = tmp_path / ("d" * 60)  # too long a name for a browser's files
    words = ("run", tiny_scenario, "--target", "tfjs", "--only", "verify", "--out", deep)
    process = start(*words, cwd=tmp_path, env=temporary(tmp_path))
    wait_for(lambda: any(runs(one, "--type=renderer") for one in family(process)))
    started = family(process)
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert not survivors(started)
    assert process.returncode in {143, 130, 129}  # the system says which of them came first
    assert stderr.splitlines()[-1].endswith("; finished records are kept")
    assert "Traceback" not in stderr
    assert list((tmp_path / "t").iterdir()) == []
    assert not list(deep.rglob(".*"))


@pytest.mark.browser
@linux
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_both_sides_of_a_comparison_end_with_it(
    number: signal.Signals, tiny_scenario: Path, tmp_path: Path
) -> None:
    words = ("ab", tiny_scenario, "--self", "--runtime", "tfjs-cpu", "--batch", "1")
    process = start(*words, cwd=tmp_path, env=temporary(tmp_path))
    wait_for(lambda: sum(runs(one, "--type=renderer") for one in family(process)) >= 2)
    started = family(process)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert not survivors(started)
    if number == signal.SIGKILL:
        return
    assert process.returncode == 143
    assert stderr.splitlines()[-1] == "seqbench: terminated; finished records are kept"
    assert "Traceback" not in stderr
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.browser
@linux
def test_no_browser_outlives_a_killed_run(tiny_scenario: Path, tmp_path: Path) -> None:
    words = ("export", tiny_scenario, "--to", "tfjs", "--out", "dist")
    process = start(*words, cwd=tmp_path, env=temporary(tmp_path))
    wait_for(lambda: any(runs(one, "--type=renderer") for one in family(process)))
    started = family(process)
    process.kill()
    process.communicate()
    assert not survivors(started)


def test_a_session_of_pytest_that_is_terminated_leaves_nothing(
    tiny_scenario: Path, tmp_path: Path
) -> None:
    words = ("--seqbench", tiny_scenario, "-k", "export and onnx", "-p", "no:cacheprovider")
    process = start(*words, cwd=tmp_path, env=temporary(tmp_path), module="pytest")
    wait_for(
        lambda: any(runs(one, "seqbench.engine.workers.fork_server") for one in family(process))
    )
    wait_for(lambda: list((tmp_path / "t").glob("*/logs/*")))
    started = family(process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert not survivors(started)
    assert process.returncode == 2  # pytest's status after an interruption
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.browser
def test_a_browser_that_is_killed_costs_one_cell(tiny_scenario: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(tiny_scenario.read_text().replace('name="tiny"', 'name="other"'))
    words = ("run", tiny_scenario, other, "--only", "infer", "--runtime", "tfjs-wasm")
    process = start(*words, "--target", "tfjs", "--json", "all.json", cwd=tmp_path)
    pages = wait_for(lambda: [one for one in family(process) if runs(one, "--type=renderer")])
    browser = pages[0]
    while (above := browser.parent()) is not None and not runs(
        above, "seqbench.engine.workers.fork_server"
    ):
        browser = above
    browser.kill()
    _, stderr = process.communicate(timeout=200)
    assert process.returncode == 1, stderr
    records = json.loads((tmp_path / "all.json").read_text())
    lost = [record for record in records if record["status"] != "pass"]
    assert len(records) == 4
    assert len(lost) == 1
    assert lost[0]["status"] == "error"
    # The second where it was killed before its page was open.
    assert re.search("the browser went away in|chromium ended at once", lost[0]["reason"])
