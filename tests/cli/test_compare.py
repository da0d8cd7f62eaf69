"""`seqbench compare`: what it prints and writes, and its exit status."""

import json
import re
from pathlib import Path

import pytest

from seqbench.core.record import Status
from tests.support.commands import seqbench
from tests.support.sample_runs import EXPORT, VERIFY, infer, record, run, timed


def base(folder: Path) -> Path:
    return run(
        folder / "base",
        timed(infer(), 50e-6, 1),
        record(EXPORT, size_bytes=1000),
        record(VERIFY),
    )


def test_worse_is_status_1_and_is_shown_with_its_reason(tmp_path: Path) -> None:
    head = run(
        tmp_path / "head",
        timed(infer(), 60e-6, 2),
        record(EXPORT, size_bytes=2000),
        record(VERIFY, Status.FAIL, reason="numbers [differ]"),
    )
    done = seqbench("compare", base(tmp_path), head, "--out", tmp_path / "c.html")
    assert done.exit_code == 1
    assert "numbers [differ]" in done.stdout
    assert "3 cells: 3 worse" in done.stdout
    page = (tmp_path / "c.html").read_text()
    assert "<svg" in page
    assert "numbers [differ]" in page
    assert "<script" not in page


def test_same_and_better_are_status_0_and_json_says_all(tmp_path: Path) -> None:
    head = run(
        tmp_path / "head",
        timed(infer(), 25e-6, 2),
        record(EXPORT, size_bytes=1000),
        record(VERIFY),
    )
    done = seqbench("compare", base(tmp_path), head, "--json", "-")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["verdict"] == "better"
    by_kind = {cell["kind"]: cell for cell in found["cells"]}
    assert by_kind["verify"]["verdict"] == "same"
    (ratio,) = (it["ratio"] for it in by_kind["infer"]["aspects"] if it["name"] == "time")
    assert ratio["low"] < ratio["ratio"] < ratio["high"] < 0.6
    assert ratio["processes"] == [6, 6]


def test_markdown_escapes_what_records_say(tmp_path: Path) -> None:
    head = run(tmp_path / "head", record(VERIFY, Status.ERROR, reason="a | b\nc"))
    done = seqbench("compare", base(tmp_path), head, "--out", tmp_path / "c.md")
    assert done.exit_code == 1
    text = (tmp_path / "c.md").read_text()
    assert "a \\| b<br>c" in text
    assert "vanished: the head has no such cell" in text


def test_colour_codes_of_records_reach_neither_the_terminal_nor_a_file(tmp_path: Path) -> None:
    reason = "\x1b[31mred\x1b[0m [1]"
    head = run(tmp_path / "head", record(VERIFY, Status.ERROR, reason=reason))
    for name in ("c.html", "c.md"):
        done = seqbench("compare", base(tmp_path), head, "--out", tmp_path / name)
        for text in (done.stdout, (tmp_path / name).read_text()):
            assert "\x1b" not in text
            assert re.search(r"red \\?\[1", text)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("missing", "missing"), "seqbench: missing is not the folder of a run"),
        (("a", "b", "--min-effect", "2"), "seqbench: --min-effect 2: expected a part of one"),
        (("a", "b", "--out", "c.pdf"), "seqbench: c.pdf: a comparison is written as one of .html"),
    ],
)
def test_bad_input_is_a_line_and_status_2(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = seqbench("compare", *words, cwd=tmp_path)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_a_real_run_is_no_better_or_worse_than_itself(tmp_path: Path) -> None:
    words = ("--only", "export,infer,verify", "--target", "onnx", "--runtime", "onnxruntime")
    made = seqbench("run", "three_class", *words, "--out", "a", "--device", "cpu", cwd=tmp_path)
    assert made.exit_code == 0, made.stderr
    done = seqbench("compare", "a", "a", "--json", "-", cwd=tmp_path)
    assert done.exit_code == 0, done.stderr
    cells = json.loads(done.stdout)["cells"]
    assert {cell["kind"] for cell in cells} == {"export", "infer", "verify"}
    assert {cell["verdict"] for cell in cells} <= {"same", "inconclusive"}
    for cell in cells:
        names = [aspect["name"] for aspect in cell["aspects"]]
        assert (
            names
            == {
                "export": ["status", "size"],
                "infer": ["status", "time"],
                "verify": ["status"],
            }[cell["kind"]]
        )
        assert all(
            aspect["ratio"] is None or aspect["ratio"]["ratio"] == 1 for aspect in cell["aspects"]
        )
