import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from seqbench.runtimes.browser.host import JobError
from seqbench.runtimes.browser.shared import SharedBrowser, SharedHost
from seqbench.runtimes.tfjs import FLAGS, open_session
from tests.support.processes import survivors

pytestmark = pytest.mark.browser

DENSE = Path(__file__).parents[2] / "data" / "tfjs" / "dense"


@pytest.fixture
def browser() -> Iterator[SharedBrowser]:
    found = SharedBrowser()
    yield found
    found.close()


def answers(address: Path) -> bool:
    """Whether a job of its own gets the model's outputs."""
    with SharedHost(address, FLAGS["cpu"]) as host:
        session = open_session(DENSE, "cpu", host)
        y = session.run(np.load(DENSE / "x.npy"))
        session.close()
    return bool(np.allclose(y, np.load(DENSE / "y.npy"), atol=1e-6))


@pytest.fixture
def others() -> set[psutil.Process]:
    """What runs already: other tests of this session share processes of their own."""
    return set(psutil.Process().children(recursive=True))


def pages(others: set[psutil.Process]) -> list[psutil.Process]:
    """Return the processes that run pages in the browser of a test."""
    found = set(psutil.Process().children(recursive=True)) - others
    return [it for it in found if "--type=renderer" in it.cmdline()]


def test_jobs_in_turn_have_one_browser(others: set[psutil.Process], browser: SharedBrowser) -> None:
    address = browser.start(FLAGS["cpu"])
    assert answers(address)
    before = {it.pid for it in pages(others)}
    assert answers(browser.start(FLAGS["cpu"]))
    assert {it.pid for it in pages(others)} == before
    started = [*set(psutil.Process().children(recursive=True)) - others]
    browser.close()
    assert not survivors(started)
    assert not address.parent.exists()


def test_failures_are_those_of_a_host_of_its_own(browser: SharedBrowser, tmp_path: Path) -> None:
    with SharedHost(browser.start(FLAGS["cpu"]), FLAGS["cpu"]) as host:
        with pytest.raises(JobError, match="no longer open in the page") as caught:
            host.ask({"kind": "run", "session": 77})
        assert caught.value.stage == "run"
        with pytest.raises(ValueError, match=r"\.\./x leads out of the folder"):
            host.share(tmp_path, ["../x"])


def test_a_job_that_is_killed_at_work_leaves_nothing_to_the_next(browser: SharedBrowser) -> None:
    address = browser.start(FLAGS["cpu"])
    script = f"""
from pathlib import Path
import numpy as np
from seqbench.measurement.loop import Budget
from seqbench.runtimes.browser.shared import SharedHost
from seqbench.runtimes.tfjs import open_session
with SharedHost(Path({str(address)!r}), {FLAGS["cpu"]!r}) as host:
    session = open_session(Path({str(DENSE)!r}), "cpu", host)
    print("open", flush=True)
    long = Budget(warmup_s=3600, measure_s=0, min_samples=1, max_samples=1)
    session.measure([np.load({str(DENSE / "x.npy")!r})], long)
"""
    job = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert job.stdout is not None
    with job.stdout:
        assert job.stdout.readline() == b"open\n"
        time.sleep(0.3)  # it is at work, for an hour
        job.kill()
    job.wait()
    assert answers(address)


def test_it_starts_anew_where_what_keeps_it_was_killed(
    others: set[psutil.Process], browser: SharedBrowser
) -> None:
    assert answers(browser.start(FLAGS["cpu"]))
    (keeper,) = set(psutil.Process().children()) - others
    keeper.kill()
    keeper.wait()
    assert answers(browser.start(FLAGS["cpu"]))
