"""A session that answers fast and wrong, and samples of one process after another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.engine.jobs import timed
from seqbench.engine.jobs.timed import Opened
from seqbench.machine import host
from seqbench.measurement.loop import Budget
from seqbench.runtimes.session import LocalSession, Session, Tensor
from seqbench.verdict import reference
from seqbench.verdict.tolerance import Case

BUDGET = Budget(warmup_s=0.001, measure_s=0.002, min_samples=3, max_samples=20)
CELL = Cell(model="m", kind=Kind.INFER, target="onnx", runtime="onnxruntime", batch_size=2)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """A model that doubles: ten rows of three numbers."""
    x = np.random.default_rng(0).random((10, 3), np.float32)
    exact = 2.0 * x.astype(np.float64)
    case = reference.ReferenceCase(
        roundings=4,
        name="held-out",
        x=x,
        exact=exact,
        own=(2 * x),
        error=np.full(3, 1e-8),
        float32_error=np.full(3, 1e-8),
        scale=np.full(3, 2.0),
    )
    reference.save([case], tmp_path / "reference.npz")
    return tmp_path / "reference.npz"


Call = Callable[[np.ndarray], np.ndarray]


def doubling(x: np.ndarray) -> np.ndarray:
    return 2 * x


@dataclass
class Cache:
    """Answers whatever was asked first, as a session that forgets to look at its input does."""

    kept: list[np.ndarray] = field(default_factory=list)

    def call(self, x: np.ndarray) -> np.ndarray:
        if not self.kept:
            self.kept.append(2 * x)
        return self.kept[0]


@dataclass
class Late:
    """Gives the answer to the input before, as one that does not wait for the work's end does."""

    last: list[np.ndarray] = field(default_factory=list)

    def call(self, x: np.ndarray) -> np.ndarray:
        self.last.append(2 * x)
        return self.last[max(-2, -len(self.last))]


def opened(call: Call) -> Opened:
    tensor = Tensor(name="t", shape=(None, 3), dtype="float32")
    session: Session = LocalSession(
        input=tensor,
        output=tensor,
        device_used=lambda: "cpu",
        prepare=lambda x: x,
        call=call,
        memory=lambda: 4096,
    )
    return Opened(session=session, import_s=0.5, load_s=0.25, peak_bytes=1000)


def test_a_right_session_passes(answers: Path) -> None:
    fields = timed.time_session(opened(doubling), answers, CELL, BUDGET)
    assert (fields["status"], fields["reason"]) == (Status.PASS, None)
    assert fields["samples_per_process"] == (len(fields["samples_s"]),)
    assert fields["peak_memory_bytes"] > 1e6
    assert fields["details"]["device_memory_bytes"] == 4096
    columns = fields["details"]["timing"]
    assert columns["import_s"] == [0.5]
    assert columns["load_s"] == [0.25]
    assert 0 <= columns["loop_cost_s"][0] < 1e-4
    assert columns["ended"][0] in ("precision", "time", "samples")
    assert all(len(values) == 1 for values in columns.values())


@pytest.mark.parametrize("wrong", [Cache().call, Late().call])
@pytest.mark.parametrize("variant", ["fp32", "int8"])
def test_fast_because_wrong_fails(answers: Path, wrong: Call, variant: str) -> None:
    cell = Cell(model="m", kind=Kind.INFER, target="onnx", variant=variant, batch_size=2)
    fields = timed.time_session(opened(wrong), answers, cell, BUDGET)
    assert fields["status"] is Status.FAIL
    said = "numbers differ: on held-out inputs" if variant == "fp32" else "signal to noise is"
    assert fields["reason"].startswith(f"fast, and wrong: while timed, {said}")
    assert fields["samples_s"]  # kept: they are what was seen


def test_a_reduced_session_that_is_a_little_off_passes(answers: Path) -> None:
    cell = Cell(model="m", kind=Kind.INFER, target="onnx", variant="int8", batch_size=2)
    session = opened(lambda x: 2 * x + np.float32(0.02))
    assert timed.time_session(session, answers, cell, BUDGET)["status"] is Status.PASS


def test_processes_are_joined(answers: Path) -> None:
    one = timed.time_session(opened(doubling), answers, CELL, BUDGET)
    first = timed.join_processes(None, one)
    record = Record(cell=CELL, **first)
    second = timed.join_processes(
        record, timed.time_session(opened(doubling), answers, CELL, BUDGET)
    )
    both = Record(cell=CELL, **second)
    assert len(both.by_process) == 2
    assert both.by_process[0] == record.samples_s
    assert both.first_call_s == record.first_call_s
    assert all(len(values) == 2 for values in both.details["timing"].values())


def test_notes_say_what_was_not_as_it_should_be() -> None:
    columns: dict[str, Any] = {
        "settled": [True, False],
        "warmup_s": [0.1, 0.21],
        "foreign_cpus": [0.0, 1.2],
    }
    settled, loaded = timed.timing_notes(columns)
    assert settled == (
        "the warm-up had not settled after 0.2 s in 1 of 2 processes: "
        "time it again on a quieter machine or with --full"
    )
    assert loaded.startswith("other programs used up to 1.2 of ")
    assert timed.timing_notes({"settled": [True], "warmup_s": [0.1], "foreign_cpus": [0.0]}) == ()


def test_peak_memory_starts_anew() -> None:
    large = np.ones(30_000_000)  # 240 MB
    assert host.peak_memory_bytes() > large.nbytes
    del large
    host.reset_peak_memory()
    after = host.peak_memory_bytes()
    again = np.ones(10_000_000)
    assert host.peak_memory_bytes() > after + 0.9 * again.nbytes


def test_cases_hold_distinct_rows(answers: Path) -> None:
    cases: list[Case] = timed.timed_cases(answers, CELL)
    assert len({case.x.tobytes() for case in cases}) == timed.DISTINCT_INPUTS
    assert all(np.array_equal(case.own, 2 * case.x) for case in cases)
