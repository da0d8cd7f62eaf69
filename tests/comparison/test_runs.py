"""Two runs, cell by cell."""

from dataclasses import replace
from pathlib import Path

import pytest

from seqbench.comparison.aspects import Aspect
from seqbench.comparison.runs import Comparison, compare, compare_records
from seqbench.comparison.verdicts import Verdict
from seqbench.core.errors import InputError
from seqbench.core.record import Record, Status
from tests.support.sample_runs import EXPORT, MACHINE, TRAIN, VERIFY, infer, record, run, timed


def compared(base: list[Record], head: list[Record]) -> Comparison:
    return compare_records(base, head, "base", "head", 0.02)


def only(base: Record, head: Record, name: str) -> Aspect:
    (cell,) = compared([base], [head]).cells
    (found,) = (aspect for aspect in cell.aspects if aspect.name == name)
    return found


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [(1.0, Verdict.SAME), (1.05, Verdict.WORSE), (0.9, Verdict.BETTER)],
)
def test_times_of_several_processes_are_settled(factor: float, verdict: Verdict) -> None:
    base, head = timed(infer(), 50e-6, 1), timed(infer(), 50e-6 * factor, 2)
    found = only(base, head, "time")
    assert found.verdict is verdict
    assert found.ratio is not None
    assert found.ratio.low <= factor <= found.ratio.high
    assert found.reason is None


def test_one_process_a_side_settles_no_small_change() -> None:
    base, head = timed(infer(), 50e-6, 1, processes=1), timed(infer(), 55e-6, 2, processes=1)
    found = only(base, head, "time")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason is not None
    assert "one process a side" in found.reason
    assert "seqbench ab" in found.reason
    assert only(base, timed(infer(), 100e-6, 2, processes=1), "time").verdict is Verdict.WORSE
    assert only(base, base, "time").verdict is Verdict.INCONCLUSIVE


def test_few_processes_that_differ_much_say_so() -> None:
    found = only(
        timed(infer(), 50e-6, 1, processes=2, spread=0.05),
        timed(infer(), 50e-6, 2, processes=3, spread=0.05),
        "time",
    )
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason is not None
    assert found.reason.startswith("2 and 3 processes do not settle it")


def test_a_clock_too_coarse_is_inconclusive() -> None:
    base = record(infer(), samples_s=(0.0,) * 9, samples_per_process=(9,))
    found = only(base, base, "time")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ratio is None


def test_more_cells_ask_for_more_of_each() -> None:
    base, head = timed(infer(), 1e-3, 1), timed(infer(), 1e-3, 2)
    more = [timed(infer(size), 1e-3, size) for size in range(2, 60)]
    alone = compared([base], [head]).cells[0].aspects[1].ratio
    among = compared([base, *more], [head, *more]).cells[0].aspects[1].ratio
    assert alone is not None
    assert among is not None
    assert among.low < alone.low < alone.high < among.high


@pytest.mark.parametrize(
    ("was", "now", "verdict"),
    [
        (Status.PASS, Status.FAIL, Verdict.WORSE),
        (Status.PASS, Status.UNAVAILABLE, Verdict.WORSE),
        (Status.ERROR, Status.PASS, Verdict.BETTER),
        (Status.FAIL, Status.ERROR, Verdict.SAME),
        (Status.PASS, Status.PASS, Verdict.SAME),
    ],
)
def test_statuses(was: Status, now: Status, verdict: Verdict) -> None:
    found = only(record(VERIFY, was), record(VERIFY, now, reason="numbers differ"), "status")
    assert found.verdict is verdict
    assert (found.reason == "numbers differ") == (verdict is Verdict.WORSE)


def test_a_cell_that_vanished_is_worse_and_a_new_one_is_inconclusive() -> None:
    gone = compared([record(VERIFY), record(EXPORT, Status.FAIL)], [record(TRAIN)])
    assert [cell.verdict for cell in gone.cells] == [
        Verdict.WORSE,
        Verdict.SAME,
        Verdict.INCONCLUSIVE,
    ]
    assert gone.verdict is Verdict.WORSE
    assert [cell.aspects[0].reason for cell in gone.cells] == [
        "vanished: the head has no such cell",
        "vanished: the head has no such cell",
        "new: the base has no such cell",
    ]


@pytest.mark.parametrize(
    ("size", "verdict"), [(1021, Verdict.WORSE), (1019, Verdict.SAME), (900, Verdict.BETTER)]
)
def test_sizes(size: int, verdict: Verdict) -> None:
    base, head = record(EXPORT, size_bytes=1000), record(EXPORT, size_bytes=size)
    assert only(base, head, "size").verdict is verdict


@pytest.mark.parametrize(
    ("metric", "was", "now", "rows", "verdict"),
    [
        ("accuracy", 0.95, 0.94, None, Verdict.WORSE),
        ("accuracy", 0.95, 0.942, None, Verdict.SAME),
        ("accuracy", 0.95, 0.97, None, Verdict.BETTER),
        ("accuracy", 0.98, 0.96, 50, Verdict.SAME),
        ("accuracy", 0.98, 0.94, 50, Verdict.WORSE),
        ("accuracy", 0.98, float("nan"), None, Verdict.WORSE),
        ("mae", 1.0, 1.2, None, Verdict.WORSE),
        ("mae", 1.0, 1.05, None, Verdict.SAME),
        ("loss", 1.0, 0.5, None, Verdict.BETTER),
    ],
)
def test_held_out_metrics(
    metric: str, was: float, now: float, rows: int | None, verdict: Verdict
) -> None:
    details = {} if rows is None else {"rows": rows}
    base = record(TRAIN, metrics={metric: was}, details=details)
    assert only(base, replace(base, metrics={metric: now}), "quality").verdict is verdict


def test_the_loss_counts_only_where_no_metric_is_known() -> None:
    base = record(TRAIN, metrics={"accuracy": 0.9, "loss": 0.1})
    assert only(base, replace(base, metrics={"accuracy": 0.9, "loss": 9.0}), "quality").base == (
        "accuracy 0.9"
    )


def test_runs_of_different_machines_are_said_to_be(tmp_path: Path) -> None:
    other = replace(record(VERIFY), machine={**MACHINE, "cpu": "Xeon"})
    found = compare(run(tmp_path / "a", record(VERIFY)), run(tmp_path / "b", other))
    assert found.notes == ("the runs' cpu differ: AMD EPYC in the base, Xeon in the head",)


@pytest.mark.parametrize("effect", [0.0, 1.0, 2.0, float("nan")])
def test_an_effect_that_is_no_part_of_one_is_refused(tmp_path: Path, effect: float) -> None:
    with pytest.raises(InputError, match="expected a part of one"):
        compare(tmp_path, tmp_path, min_effect=effect)
