"""What `run`, `export` and `verify` return: a sequence that says what it holds."""

import re
from pathlib import Path

import pytest

import seqbench
from seqbench import Cell, InputError, Kind, Record, Records, Status
from seqbench.core.errors import NotPassed


def record(status: Status, model: str = "m", reason: str | None = None) -> Record:
    cell = Cell(model=model, kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
    return Record(cell=cell, status=status, reason=reason, samples_s=(0.5,) * 1000)


PASS, FAIL = record(Status.PASS), record(Status.FAIL, "n", "it differs by 0.5")


def test_it_is_a_sequence_equal_to_what_it_holds() -> None:
    found = Records([PASS, FAIL])
    assert (len(found), found[1], list(found), found[:1]) == (2, FAIL, [PASS, FAIL], (PASS,))
    assert found == (PASS, FAIL)


@pytest.mark.parametrize(
    ("statuses", "ok"),
    [
        ((Status.PASS,), True),
        ((Status.PASS, Status.UNAVAILABLE), True),
        ((Status.UNAVAILABLE,), False),  # nothing was judged
        ((), False),
        ((Status.PASS, Status.FAIL), False),
        ((Status.PASS, Status.ERROR), False),
        ((Status.PASS, Status.UNSUPPORTED), False),
    ],
)
def test_it_is_ok_where_a_cell_passed_and_none_is_bad(
    statuses: tuple[Status, ...], *, ok: bool
) -> None:
    found = Records(map(record, statuses))
    assert found.ok is ok
    if ok:
        found.raise_for_failures()
    else:
        with pytest.raises(NotPassed):
            found.raise_for_failures()


def test_the_exception_names_the_cells_and_why() -> None:
    with pytest.raises(NotPassed) as raised:
        Records([PASS, FAIL]).raise_for_failures()
    said = "n.verify.onnx.onnxruntime.cpu.fp32: fail: it differs by 0.5"
    assert str(raised.value) == said
    with pytest.raises(NotPassed, match="nothing ran"):
        Records().raise_for_failures()


def test_it_shows_itself_in_few_words() -> None:
    assert repr(Records([PASS, PASS, FAIL])) == "<Records of 3 cells: 2 pass, 1 fail>"
    assert repr(Records()) == "<Records of 0 cells: none>"
    assert repr(PASS) == "<Record m.verify.onnx.onnxruntime.cpu.fp32 pass>"
    assert repr(FAIL) == "<Record n.verify.onnx.onnxruntime.cpu.fp32 fail: it differs by 0.5>"


def test_a_notebook_shows_the_summary_in_a_frame() -> None:
    shown = Records([PASS, FAIL])._repr_html_()
    assert re.fullmatch(r'<iframe srcdoc="[^"]*" title="seqbench" style="[^"]*"></iframe>', shown)
    assert "it differs by 0.5" in shown
    assert "<script" not in shown


def test_a_report_is_written_and_its_form_is_the_suffix(tmp_path: Path) -> None:
    found = Records([PASS, FAIL])
    for name in ("a.html", "a.md"):
        assert found.report(tmp_path / name) == tmp_path / name
        assert "it differs by 0.5" in (tmp_path / name).read_text()
    with pytest.raises(InputError, match=r"a\.pdf: expected a file ending in \.html or \.md"):
        found.report(tmp_path / "a.pdf")


@pytest.mark.slow
def test_the_functions_return_it(tiny_scenario: Path, tmp_path: Path) -> None:
    exported = seqbench.export(str(tiny_scenario), out=tmp_path / "dist", targets=["onnx"])
    (path,) = (tmp_path / "dist").rglob("model.onnx")
    verified = seqbench.verify(path, str(tiny_scenario))
    ran = seqbench.run(
        str(tiny_scenario),
        out=tmp_path / "run",
        kinds=["verify"],
        targets=["onnx"],
        devices=["cpu"],
    )
    for found in (exported, verified, ran):
        assert isinstance(found, Records)
        assert found.ok, found
