"""The study of comparisons: its subject, its file and its table. The study itself is long."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from studies.comparison import study, subject, table
from studies.comparison.gates import GATES
from studies.comparison.study import Seen
from studies.comparison.truth import Ratio

OWN = next(iter(GATES))


def seen(percent: int, number: int, verdict: str) -> Seen:
    return Seen(
        condition="idle",
        gate=OWN,
        percent=percent,
        number=number,
        verdict=verdict,
        ratio=1.0 + number / 1000,
        processes=5,
        elapsed_s=4.0,
        load=0.1,
    )


def test_the_added_work_is_exactly_what_is_said() -> None:
    base = subject.NODES[0]
    assert {percent: nodes / base for percent, nodes in subject.NODES.items()} == {
        0: 1.0,
        2: 1.02,
        5: 1.05,
    }


def test_the_models_do_the_same_work_at_every_product(tmp_path: Path) -> None:
    import numpy as np
    import onnxruntime

    made = subject.make(tmp_path)
    x = np.load(made.inputs)[0]
    session = onnxruntime.InferenceSession(made.model(5))
    (y,) = session.run(None, {"input": x})
    assert np.linalg.norm(y) == pytest.approx(np.linalg.norm(x), rel=1e-4)


@pytest.mark.parametrize(
    ("flagged", "count", "low", "high"),
    [(0, 100, 0.0, 0.0362), (100, 100, 0.9638, 1.0), (1, 100, 0.0003, 0.0545)],
)
def test_intervals_of_rates_are_clopper_and_pearsons(
    flagged: int, count: int, low: float, high: float
) -> None:
    assert table.bounds(flagged, count) == pytest.approx((low, high), abs=1e-4)


def test_pairs_that_the_file_holds_are_not_made_again(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    pairs = [seen(percent, 0, "same") for percent in subject.NODES]
    file.write_text("".join(json.dumps(asdict(pair)) + "\n" for pair in pairs))
    nowhere = subject.Subject(folder=tmp_path / "nowhere")
    study.make(nowhere, file, {OWN: 1}, ["idle"], 20, lambda _: None)
    assert study.read(file) == pairs


def test_better_is_a_false_alarm_and_finds_nothing() -> None:
    assert seen(0, 0, "better").flagged
    assert not seen(2, 0, "better").flagged
    assert seen(2, 0, "worse").flagged
    assert not seen(0, 0, "inconclusive").flagged


def test_the_table_counts_and_what_is_short_is_said() -> None:
    pairs = [seen(0, i, "same") for i in range(99)] + [seen(0, 99, "worse")]
    pairs += [seen(2, i, "worse" if i < 94 else "same") for i in range(100)]
    text = table.markdown(pairs, {2: Ratio(mean=1.0199, error=0.0002)}, "made")
    assert "+2 % of work is +1.99% of time (standard error 0.02%)" in text
    assert "1 of 100 (0.0% to 5.4%)" in text
    assert table.short_of(pairs) == ["idle, +2 %: 94.0% flagged, asked for 95%"]
    assert table.short_of([*pairs, replace(pairs[-1], percent=0, verdict="better")])[0].startswith(
        "idle, +0 %"
    )
