"""Real processes: a model's own file crashes, hangs or exits, and the parent says so."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.jobs.peak import MeasurePeak
from seqbench.engine.plan import Model
from seqbench.engine.workers.fork_servers import ForkServers
from seqbench.engine.workers.messages import Message
from seqbench.engine.workers.pool import Outcome, Workers
from seqbench.models.snapshot import pin
from seqbench.models.source import resolve

pytestmark = pytest.mark.slow  # each starts a worker that imports TensorFlow


def run_file(folder: Path, code: str, silence_s: float = 60.0) -> Outcome[Model]:
    """Inspect a model file with this code in a worker."""
    path = folder / "mine.py"
    path.write_text(code)
    sources = (pin(resolve(str(path)), allow_code=False),)
    with Workers(folder, lambda _: None) as workers:
        return workers.run(Inspect(sources=sources, silence_s=silence_s))


def test_a_killed_process_is_a_problem_with_its_last_lines(tmp_path: Path) -> None:
    outcome = run_file(
        tmp_path,
        "import os, sys\nprint('last words', file=sys.stderr, flush=True)\nos.kill(os.getpid(), 9)",
    )
    assert outcome.problem is not None
    assert outcome.problem.startswith("killed by SIGKILL (often the system being out of memory)")
    assert "last words" in outcome.problem
    had = re.search(r"it had ([\d.]+) MiB of [\d.]+ GiB of memory", outcome.problem)
    assert had is not None
    assert float(had[1]) > 50  # Python and Keras


def test_a_crash_names_its_signal(tmp_path: Path) -> None:
    outcome = run_file(tmp_path, "import os\nos.abort()")
    assert (outcome.problem or "").startswith("killed by SIGABRT")


def test_the_model_is_named_at_which_a_process_went_away() -> None:
    outcome = Outcome(results=[1], problem="killed")
    assert outcome.refusal(["a", "b.py", "c"]) == "b.py cannot be loaded: killed"
    assert replace(outcome, bad_input="no such layer").refusal(["a"]) == "no such layer"
    assert replace(outcome, problem=None).refusal(["a"]) is None


def test_an_exit_is_a_problem(tmp_path: Path) -> None:
    outcome = run_file(tmp_path, "import os\nos._exit(7)")
    assert (outcome.problem or "").startswith("exited with status 7")


def test_renewed_workers_are_other_processes(tmp_path: Path) -> None:
    parents: list[int] = []

    def listen(message: Message) -> None:
        if message.event == "pid":
            parents.append(psutil.Process(message.value).ppid())

    with Workers(tmp_path, listen) as workers:
        assert workers.run(MeasurePeak(needs=None)).problem is None
        assert workers.run(MeasurePeak(needs=None)).problem is None
        workers.renew()
        assert workers.run(MeasurePeak(needs=None)).problem is None
        assert not psutil.pid_exists(parents[0])
    assert parents[0] == parents[1] != parents[2]


def test_workers_of_several_lanes_are_forks_of_one_server(tmp_path: Path) -> None:
    above: list[tuple[int, int]] = []

    def listen(message: Message) -> None:
        if message.event == "pid":
            worker = psutil.Process(message.value).parent()
            assert worker is not None
            above.append((worker.pid, worker.ppid()))

    with ForkServers() as servers:
        for _ in range(2):
            with Workers(tmp_path, listen, servers) as workers:
                assert workers.run(MeasurePeak(needs=None)).problem is None
        (first, server), (second, other) = above
        assert first != second
        assert server == other
        assert psutil.pid_exists(server)
    assert not psutil.pid_exists(server)


def test_a_worker_is_where_its_parent_is_whatever_its_server_was_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_file(tmp_path, "1 / 0")  # the server has started
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "beside.py").write_text("UNITS = 7")
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("SEQBENCH_TEST_UNITS", "7")
    outcome = run_file(
        tmp_path,
        "import os, sys\nimport keras\nfrom beside import UNITS\n"
        "assert 'jax' not in sys.modules\n"
        "assert UNITS == int(os.environ['SEQBENCH_TEST_UNITS'])\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(UNITS)])",
    )
    assert (outcome.bad_input, outcome.problem) == (None, None)


def test_a_hanging_job_is_ended_and_leaves_no_process(tmp_path: Path) -> None:
    seconds = f"4321.{os.getpid()}"  # no other session of the tests has it
    code = f"import subprocess, time\nsubprocess.Popen(['sleep', '{seconds}'])\ntime.sleep(4321)"
    outcome = run_file(tmp_path, code, silence_s=4.0)
    assert (outcome.problem or "").startswith("timed out: no word for 4 s")
    assert not sleepers(seconds)


def test_memory_that_runs_out_is_an_error(tmp_path: Path) -> None:
    code = (
        "import resource\nimport numpy as np\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))\n"
        "np.ones(2**34)"
    )
    outcome = run_file(tmp_path, code)
    assert "MemoryError" in str(outcome.bad_input or outcome.problem)


def test_a_worker_runs_the_next_job_after_a_crash(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.py", tmp_path / "good.py"
    bad.write_text("import os\nos.abort()")
    good.write_text(
        "import keras\nmodel = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])"
    )
    said: list[Message] = []
    with Workers(tmp_path, said.append) as workers:
        for path, problem in ((bad, True), (good, False), (bad, True), (good, False)):
            outcome = workers.run(Inspect(sources=(pin(resolve(str(path)), allow_code=False),)))
            assert (outcome.problem is not None) is problem
            assert len(outcome.results) == (not problem)
    assert len({message.value for message in said if message.event == "pid"}) == 4


def test_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    seconds = f"5432.{os.getpid()}"
    path.write_text(
        f"import subprocess, time\nsubprocess.Popen(['sleep', '{seconds}'])\ntime.sleep(99)"
    )
    parent = subprocess.Popen([sys.executable, "-m", "seqbench", "check", str(path)])
    wait_for(lambda: bool(sleepers(seconds)))
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) >= 3
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not sleepers(seconds))
    wait_for(lambda: not any(process.is_running() for process in family))


def sleepers(seconds: str) -> list[int]:
    """Return the processes that sleep for this time."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if process.info["cmdline"] == ["sleep", seconds]
    ]


def wait_for(condition: object, limit_s: float = 60.0) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
