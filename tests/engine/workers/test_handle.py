"""Several jobs of one process: it holds its model, and a process that died is another's affair."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.plan import Model
from seqbench.engine.workers.handle import MOST, WaitingWorkers
from seqbench.engine.workers.messages import Message
from seqbench.engine.workers.pool import Outcome, Workers
from seqbench.models.snapshot import Origin, pin
from seqbench.models.source import resolve
from tests.engine.workers.test_pool import wait_for

pytestmark = pytest.mark.slow  # each starts workers that import TensorFlow

MODEL = "import keras\nmodel = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"


@dataclass
class Lanes:
    """Two lanes of a run that share what waits."""

    folder: Path
    lanes: list[Workers] = field(default_factory=list)
    processes: list[int] = field(default_factory=list)

    def hear(self, message: Message) -> None:
        if message.event == "pid":
            self.processes.append(message.value)

    def look(self, lane: int, source: Origin, process: str | None = "mine") -> Outcome[Model]:
        return self.lanes[lane].run(Inspect(sources=(source,), process=process))


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[Lanes]:
    made = Lanes(tmp_path)
    with WaitingWorkers() as waiting:
        made.lanes = [Workers(tmp_path, made.hear, waiting=waiting) for _ in range(2)]
        yield made
        for workers in made.lanes:
            workers.close()
    wait_for(lambda: not any(map(is_alive, made.processes)))


def is_alive(process: int) -> bool:
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def source(folder: Path, name: str = "mine", code: str = MODEL) -> Origin:
    path = folder / f"{name}.py"
    path.write_text(code)
    return pin(resolve(str(path)), allow_code=False)


def test_jobs_of_one_process_are_done_by_it_whichever_lane_gives_them(lanes: Lanes) -> None:
    mine = source(lanes.folder)
    for lane, process in ((0, "mine"), (1, "mine"), (0, None), (0, "mine"), (0, "other")):
        outcome = lanes.look(lane, mine, process)
        assert (outcome.problem, len(outcome.results)) == (None, 1)
    first, second, alone, third, other = lanes.processes
    assert first == second == third
    assert len({first, alone, other}) == 3
    lanes.lanes[1].end_process("mine")
    wait_for(lambda: not is_alive(first))
    assert is_alive(other)


@pytest.mark.parametrize("while_it_waits", [True, False])
def test_a_process_that_died_is_followed_by_another(lanes: Lanes, *, while_it_waits: bool) -> None:
    mine = source(lanes.folder)
    assert lanes.look(0, mine).problem is None
    (first,) = lanes.processes
    if while_it_waits:
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: not is_alive(first))
    else:
        crash = source(lanes.folder, "crash", "import os\nos.abort()")
        assert (lanes.look(0, crash).problem or "").startswith("killed by SIGABRT")
    outcome = lanes.look(1, mine)
    assert (outcome.problem, len(outcome.results)) == (None, 1)
    assert lanes.processes[-1] != first


def test_no_more_wait_than_memory_is_for(lanes: Lanes) -> None:
    mine = source(lanes.folder)
    for i in range(MOST + 1):
        assert lanes.look(0, mine, f"process{i}").problem is None
    wait_for(lambda: not is_alive(lanes.processes[-1]))
    assert all(map(is_alive, lanes.processes[:MOST]))


def test_a_process_without_a_model_or_with_a_large_one_does_not_wait(lanes: Lanes) -> None:
    for code in ("1 / 0", MODEL.replace("(2,)", "(4001,)").replace("Dense(1)", "Dense(4001)")):
        lanes.look(0, source(lanes.folder, code=code))
        wait_for(lambda: not is_alive(lanes.processes[-1]))


def test_without_a_place_to_wait_each_job_has_a_process(tmp_path: Path) -> None:
    processes: list[int] = []
    mine = source(tmp_path)

    def listen(message: Message) -> None:
        if message.event == "pid":
            processes.append(message.value)

    with Workers(tmp_path, listen) as workers:
        for _ in range(2):
            assert workers.run(Inspect(sources=(mine,), process="mine")).problem is None
    assert len(set(processes)) == 2
