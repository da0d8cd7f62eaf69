"""The walk's tables, and what they look like as pages."""

from pathlib import Path

import pytest
from rich.console import Console

from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.cells import MARKS
from seqbench.reports.terminal import render_terminal
from studies.layers import pages
from studies.layers.baseline import Drift
from studies.layers.case import Case
from studies.layers.table import LONGEST, Walked, build


def case(name: str, *covers: str) -> Case:
    return Case(name=name, covers=covers, build=lambda: None)


def record(name: str, target: str, runtime: str, status: Status, reason: str = "") -> Record:
    cell = Cell(model=name, kind=Kind.VERIFY, target=target, runtime=runtime)
    return Record(cell=cell, status=status, reason=reason or None)


CASES = (
    case("Dense-plain", "Dense"),
    case("Dense-large", "Dense"),
    case("Activation-relu", "Activation", "relu"),
)
RECORDS = (
    record("Dense-plain", "onnx", "onnxruntime", Status.PASS),
    record("Dense-plain", "tfjs", "tfjs-wasm", Status.UNSUPPORTED, "no such <b>op</b>"),
    record("Dense-plain", "tfjs", "tfjs-cpu", Status.PASS),
    *(
        record("Dense-large", target, runtime, Status.PASS)
        for target, runtime in (("onnx", "onnxruntime"), ("tfjs", "tfjs-wasm"))
    ),
    record("Activation-relu", "onnx", "onnxruntime", Status.PASS),
    record("Activation-relu", "tfjs", "tfjs-wasm", Status.PASS),
    record("Activation-relu", "tfjs", "tfjs-cpu", Status.PASS),
)
DRIFT = Drift(case="Dense-plain", runtime="tfjs-wasm", before="pass", after="unsupported")


@pytest.fixture
def walked() -> Walked:
    return build(CASES, RECORDS, [DRIFT], {"JaxLayer": "a bridge"}, ["Brandnew"])


def test_a_target_passes_where_all_its_runtimes_do(walked: Walked) -> None:
    assert walked.totals == {"onnx": (3, 3), "tfjs": (2, 3)}
    assert [row.name for row in walked.failed.rows] == ["Dense-plain"]
    onnx, tfjs = walked.failed.rows[0].items
    assert (onnx.mark, tfjs.mark) == (MARKS[Status.PASS], MARKS[Status.UNSUPPORTED])
    assert tfjs.note == "tfjs-wasm: no such <b>op</b>"


def test_a_layer_is_what_its_worst_case_is(walked: Walked) -> None:
    found = {row.name: [(item.mark, item.text) for item in row.items] for row in walked.layers.rows}
    assert found == {
        "Activation": [(MARKS[Status.PASS], "1 of 1"), (MARKS[Status.PASS], "1 of 1")],
        "Dense": [(MARKS[Status.PASS], "2 of 2"), (MARKS[Status.UNSUPPORTED], "1 of 2")],
        "relu": [(MARKS[Status.PASS], "1 of 1"), (MARKS[Status.PASS], "1 of 1")],
    }


def test_a_case_without_a_record_is_an_error() -> None:
    walked = build([*CASES, case("Conv2D-same", "Conv2D")], RECORDS, [], {}, [])
    item = walked.cases.rows[-1].items[0]
    assert (item.mark, item.note) == (MARKS[Status.ERROR], "it never ran")
    assert walked.totals["onnx"] == (3, 4)


def test_a_long_reason_is_cut() -> None:
    reason = "x" * 2 * LONGEST
    walked = build(
        CASES[:1], [record("Dense-plain", "onnx", "onnxruntime", Status.FAIL, reason)], [], {}, []
    )
    assert len(walked.failed.rows[0].items[0].note) == LONGEST + len("onnxruntime:  …")


def test_the_pages_show_all_of_it_and_escape_it(walked: Walked, tmp_path: Path) -> None:
    page = pages.write(walked, tmp_path)
    html, markdown = page.read_text(), page.with_suffix(".md").read_text()
    assert "no such &lt;b&gt;op&lt;/b&gt;" in html
    assert "no such &lt;b&gt;op&lt;/b&gt;" in markdown
    assert "<b>2</b> of 3 tfjs" in html
    for text in ("JaxLayer", "a bridge", "Brandnew", "WORSE: Dense-plain in tfjs-wasm"):
        assert text in html
        assert text in markdown
    assert "http:" not in html
    assert "https:" not in html


def test_the_lines_at_the_end_are_the_totals_and_what_differs(walked: Walked) -> None:
    console = Console(width=100)
    with console.capture() as shown:
        console.print(render_terminal(pages.summary(walked)))
    assert shown.get().splitlines() == [
        "onnx: 3 of 3 cases pass (100.0%)",
        "tfjs: 2 of 3 cases pass (66.7%)",
        "NEW in Keras: Brandnew is neither covered nor left out",
        "WORSE: Dense-plain in tfjs-wasm: unsupported, was pass",
    ]


def test_a_folder_that_cannot_be_written_is_refused(walked: Walked, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InputError, match="cannot write"):
        pages.write(walked, file / "below")
