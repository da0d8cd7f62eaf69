"""How a walk is held against what is known."""

from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Record, Status
from studies.layers import baseline
from studies.layers.baseline import ABSENT, Drift, compare
from studies.layers.cases import all_cases
from studies.runtimes import JUDGES as IN
from tests.support.documents import text_of


def record(case: str, runtime: str, status: Status) -> Record:
    cell = Cell(model=case, kind=Kind.VERIFY, target="onnx", runtime=runtime)
    return Record(cell=cell, status=status, reason=None)


def test_records_become_statuses() -> None:
    records = [
        record("Dense-plain", "litert", Status.PASS),
        record("Dense-plain", "onnxruntime", Status.FAIL),
    ]
    assert baseline.classify(records) == {"Dense-plain": {"litert": "pass", "onnxruntime": "fail"}}


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ("pass", "fail", True),
        ("pass", "unsupported", True),
        ("pass", "unavailable", True),
        ("pass", ABSENT, True),
        ("unsupported", "error", True),
        ("unsupported", "pass", False),
        ("fail", "pass", False),
        ("error", "unsupported", False),
        ("error", "fail", False),
        (ABSENT, "pass", False),
        (ABSENT, "unsupported", False),
        (ABSENT, "error", True),
    ],
)
def test_which_changes_are_worse(before: str, after: str, worse: bool) -> None:
    drift = Drift(case="Dense-plain", runtime="litert", before=before, after=after)
    assert drift.worse is worse
    word = "WORSE" if worse else "changed"
    assert str(drift) == f"{word}: Dense-plain in litert: {after}, was {before}"


def test_only_what_was_walked_is_compared_the_worse_first() -> None:
    known = {
        "a": {"litert": "fail", "onnxruntime": "pass"},
        "b": {"litert": "pass", "onnxruntime": "pass"},
        "same": {"litert": "error"},
        "not walked": {"litert": "pass"},
    }
    found = {"a": {"litert": "pass"}, "b": {"litert": "fail"}, "same": {"litert": "error"}}
    drifts = compare(known, found, ["a", "b", "same"], ["litert"])
    assert [(drift.case, drift.worse) for drift in drifts] == [("b", True), ("a", False)]


def test_a_case_that_is_gone_is_a_drift() -> None:
    (drift,) = compare({"a": {"litert": "pass"}}, {}, ["a"], ["litert"])
    assert (drift.after, drift.worse) == (ABSENT, True)


def test_what_is_written_is_read_and_has_a_line_a_case(tmp_path: Path) -> None:
    classes = {"b": {"litert": "pass"}, "a": {"litert": "fail", "onnxruntime": "pass"}}
    path = tmp_path / "baseline.json"
    baseline.write(classes, path)
    assert baseline.read(path) == classes
    lines = path.read_text().splitlines()
    assert lines[1] == '"a": {"litert": "fail", "onnxruntime": "pass"},'
    assert len(lines) == 4


def test_a_baseline_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    with pytest.raises(InputError, match=f"{path}: cannot be read: No such file"):
        baseline.read(path)
    path.write_text("{")
    with pytest.raises(InputError, match=f"{path}: is no JSON"):
        baseline.read(path)
    for text in ("[]", '{"a": "pass"}', '{"a": {"litert": "fine"}}'):
        path.write_text(text)
        with pytest.raises(InputError, match=f"{path}: expected a status for each case"):
            baseline.read(path)
    with pytest.raises(InputError, match=r"cannot write .*baseline.json/below: "):
        baseline.write({}, path / "below")


def test_the_committed_baseline_knows_every_case_and_runtime() -> None:
    known = baseline.read(baseline.COMMITTED)
    assert set(known) == {case.name for _, case in all_cases()}
    assert all(set(row) == set(IN) for row in known.values())


def test_the_page_of_layers_shows_its_totals() -> None:
    known = baseline.read(baseline.COMMITTED)
    text = text_of("docs/layers.md")
    assert f"{len(known)} configurations" in text
    for word in ("pass", "unsupported"):
        counts = [sum(row.get(name) == word for row in known.values()) for name in IN]
        assert f"| {word} | {' | '.join(map(str, counts))} |" in text
    rest = [
        sum(row.get(name) not in ("pass", "unsupported") for row in known.values()) for name in IN
    ]
    assert f"| fail, error | {' | '.join(map(str, rest))} |" in text
