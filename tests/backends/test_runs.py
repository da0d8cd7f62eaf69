"""The same model on every back end, each in a process of its own, judged by one float64 twin."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from seqbench import Record, Status, api
from seqbench.core.record import Kind
from seqbench.machine import frameworks
from tests.support.scenarios import TINY

pytestmark = pytest.mark.slow
BACKENDS = {
    "tensorflow": "keras",
    "tensorflow-xla": "keras-xla",
    "jax": "keras-jax",
    "torch": "keras-torch",
}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Record]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "tiny.py").write_text(TINY)
    return api.run(
        [str(folder / "tiny.py")],
        out=folder / "run",
        kinds=("train", "infer", "verify"),
        targets=(),
        devices=("cpu",),
        backends=tuple(BACKENDS),
        batch_sizes=(1,),
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_backend_trains_and_answers_as_the_twin_does(
    records: Sequence[Record], backend: str
) -> None:
    found = {r.cell.kind: r for r in records if r.cell.runtime == BACKENDS[backend]}
    if backend == "torch" and frameworks.missing_framework_reason("torch"):
        assert not os.environ.get("CI"), "CI runs these tests: make setup-torch"
        assert {r.status for r in found.values()} == {Status.UNAVAILABLE}
        pytest.skip("torch is not here: make setup-torch")
    for kind in (Kind.TRAIN, Kind.INFER, Kind.VERIFY):
        assert found[kind].status is Status.PASS, found[kind].reason
        assert found[kind].ran_on == "cpu"
    verified = found[Kind.VERIFY]
    assert verified.max_abs_error is not None
    assert verified.tolerance is not None
    assert 0 < verified.max_abs_error <= verified.tolerance


def test_the_same_start_and_data_give_the_same_metrics(records: Sequence[Record]) -> None:
    trained = [r for r in records if r.cell.kind is Kind.TRAIN and r.status is Status.PASS]
    losses = [r.metrics["loss"] for r in trained]
    assert len(losses) >= 3
    # No dropout: only the roundings of float32 differ.
    assert max(losses) == pytest.approx(min(losses), rel=1e-3)
    assert len({r.metrics["accuracy"] for r in trained}) == 1


def test_the_first_call_holds_the_compilation(records: Sequence[Record]) -> None:
    for backend in ("tensorflow-xla", "jax"):
        (found, *_) = [
            r for r in records if r.cell.kind is Kind.INFER and r.cell.runtime == BACKENDS[backend]
        ]
        assert found.first_call_s is not None
        assert found.first_call_s > 10 * sorted(found.samples_s)[len(found.samples_s) // 2]


def test_a_missing_framework_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = frameworks.missing_framework_reason
    monkeypatch.setattr(
        "seqbench.engine.workers.pool.missing_framework_reason",
        lambda name: "not here" if name == "jax" else there(name),
    )
    (found,) = api.run(
        ["three_class"],
        out=tmp_path,
        kinds=("train",),
        targets=(),
        devices=("cpu",),
        backends=("jax",),
    )
    assert (found.status, found.reason) == (Status.UNAVAILABLE, "not here")
