import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from seqbench.core.errors import Unavailable
from seqbench.measurement.loop import QUICK
from seqbench.runtimes.browser import browser, packages, server
from seqbench.runtimes.browser.browser import Browser
from seqbench.runtimes.browser.host import Host, JobError
from seqbench.runtimes.browser.server import WebServer
from seqbench.runtimes.tfjs import TfjsSession, open_session
from tests.support.graphs import graph_model

pytestmark = pytest.mark.browser

DENSE = Path(__file__).parents[2] / "data" / "tfjs" / "dense"


def endless(session: TfjsSession, x: np.ndarray) -> dict[str, Any]:
    """Return a job whose warm-up takes an hour."""
    job = {"kind": "measure", "session": session._number, "dtype": "float32", "shape": x.shape}
    job |= {"count": 1, "parts_per_call": 1, "warmup_s": 3600}
    return job | {"measure_s": 0, "min_samples": 1, "max_samples": 1}


def renderers() -> list[psutil.Process]:
    """Return the processes that run pages in a browser of ours."""
    return [child for child in psutil.Process().children(recursive=True) if runs_pages(child)]


def runs_pages(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.NoSuchProcess:  # it has ended, and may wait as a zombie for its parent to notice
        return False


def answers(host: Host) -> bool:
    session = open_session(DENSE, "cpu", host)
    y = session.run(np.load(DENSE / "x.npy"))
    session.close()
    return bool(np.allclose(y, np.load(DENSE / "y.npy"), atol=1e-6))


def test_crashed_page_is_reported_and_replaced() -> None:
    with Host() as host:
        session = open_session(DENSE, "cpu", host)
        for renderer in renderers():
            os.kill(renderer.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="page crashed in run"):
            session.run(np.load(DENSE / "x.npy"))
        with pytest.raises(RuntimeError, match="no longer open in the page"):
            session.run(np.load(DENSE / "x.npy"))
        session.close()
        assert answers(host)


@pytest.mark.timing
def test_page_that_crashes_at_work_is_seen_at_once() -> None:
    with Host() as host:
        session = open_session(DENSE, "cpu", host)
        x = np.load(DENSE / "x.npy")
        killed: list[float] = []

        def kill() -> None:
            killed.append(time.monotonic())
            for renderer in renderers():
                os.kill(renderer.pid, signal.SIGKILL)

        threading.Timer(0.5, kill).start()
        with pytest.raises(RuntimeError, match="page crashed in measure"):
            host.ask(endless(session, x), x.tobytes())
        assert time.monotonic() - killed[0] < 2


@pytest.mark.timing
def test_page_that_never_answers_is_given_up() -> None:
    with Host(timeout_s=3) as host:
        assert answers(host)
        x = np.load(DENSE / "x.npy")
        session = open_session(DENSE, "cpu", host)
        start = time.monotonic()
        with pytest.raises(TimeoutError, match="no answer in 3 s"):
            host.ask(endless(session, x), x.tobytes())
        assert time.monotonic() - start < 6
        assert renderers() == []  # it would go on for ever
        assert answers(host)


def test_job_that_is_told_to_take_long_gets_the_time() -> None:
    with Host(timeout_s=2) as host:
        x = np.load(DENSE / "x.npy")
        session = open_session(DENSE, "cpu", host)
        job = endless(session, x) | {"warmup_s": 2.5}
        assert host.ask(job, x.tobytes(), extra_s=4)[0]["samples_s"]


def test_page_closes_itself_when_its_server_is_gone() -> None:
    names = ("index.html", "page.css", "page.js")
    with WebServer({name: packages.PAGE / name for name in names}) as server:
        running = Browser(browser.require(), server.url)
        assert server.job_queue.wait_for_page(60)
    with running:
        deadline = time.monotonic() + 10
        while not running.ended() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running.ended()


def test_frame_without_a_trace_of_its_model_takes_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = server._Handler._file

    def note(handler: server._Handler, name: str) -> None:
        asked.append(name)
        send(handler, name)

    def frames() -> int:
        return asked.count("runner.html")

    monkeypatch.setattr(server._Handler, "_file", note)
    x = np.load(DENSE / "x.npy")
    with Host() as host:
        assert answers(host)
        assert answers(host)
        assert frames() == 1
        session = open_session(DENSE, "cpu", host)
        assert session.measure([x], QUICK).samples_s
        assert frames() == 2  # what is timed is alone
        session.close()
        failing = open_session(graph_model(tmp_path / "m", ("Lgamma",)), "cpu", host)
        with pytest.raises(RuntimeError, match="Unknown op"):
            failing.run(np.ones((1, 4), np.float32))
        failing.close()
        assert frames() == 2
        assert answers(host)  # the frame that failed still holds its input: it went
        assert frames() == 3


def test_unknown_job_is_an_error_of_its_kind() -> None:
    with Host() as host:
        session = open_session(DENSE, "cpu", host)
        with pytest.raises(JobError, match="not a function") as caught:
            host.ask({"kind": "dance", "session": session._number})
        assert caught.value.stage == "dance"


def test_browser_that_does_not_start_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho 'cannot open display' >&2\nexit 1\n")
    broken.chmod(0o755)
    with (
        Host(broken) as host,
        pytest.raises(RuntimeError, match="chromium ended at once: cannot open display"),
    ):
        host.ask({"kind": "close"})


def test_missing_packages_are_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "web_modules", lambda: tmp_path / "none")
    with pytest.raises(Unavailable, match="seqbench setup"):
        Host()


@pytest.mark.timing
def test_browser_that_is_killed_at_work_is_named_and_replaced() -> None:
    with Host() as host:
        session = open_session(DENSE, "cpu", host)
        x = np.load(DENSE / "x.npy")
        assert host._browser is not None
        killed: list[float] = []

        def kill(pid: int = host._browser.pid) -> None:
            killed.append(time.monotonic())
            os.kill(pid, signal.SIGKILL)

        threading.Timer(0.5, kill).start()
        with pytest.raises(RuntimeError, match="the browser went away in measure"):
            host.ask(endless(session, x), x.tobytes())
        assert time.monotonic() - killed[0] < 5
        session.close()
        assert answers(host)
