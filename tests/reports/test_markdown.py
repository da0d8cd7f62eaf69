import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.markdown import escape, fenced, render_markdown
from seqbench.reports.rows import build
from seqbench.reports.run import document
from tests.support import sample_report

PAGE = render_markdown(document(build(sample_report.broken_run(), "quick_run")))


def test_the_page_has_its_parts_in_order_the_answer_first() -> None:
    assert PAGE.startswith("# quick\\_run\n\n**8 of 231 cells did not pass; 11 unavailable here**")
    assert re.findall("^## (.*)$", PAGE, re.MULTILINE) == [
        "Which target?",
        "What did not pass",
        "Verdicts",
        "Latency",
        "Training",
        "Exports: size, speed and error",
        "The machine",
    ]


def test_a_failure_has_its_reason_and_its_command() -> None:
    assert "### ▲ error: bigru\\_text" in PAGE
    assert "  <script>alert(1)</script> [bold]x[/bold] | `y`\n```" in PAGE
    assert "\nseqbench run digits_cnn --only verify --target onnx --runtime onnxruntime" in PAGE


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for table in re.findall(r"(?:^\|.*\|$\n?)+", PAGE, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}
        assert len(widths) == 1


def test_verdicts_are_words_with_a_shape() -> None:
    assert "| digits\\_cnn | ✔ pass<br>" in PAGE
    assert "✘ fail<br>3.1e-3 of 4.2e-7" in PAGE
    assert "⊘ unsupported" in PAGE


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("two\nlines", "two<br>lines"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("*x* _y_ `z` [l](u) ~s~ $m$", r"\*x\* \_y\_ \`z\` \[l\](u) \~s\~ \$m\$"),
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("12. no list", r"12\. no list"),
        ("1.5e-7 -x +y #1", "1.5e-7 -x +y #1"),
        ("---", r"\---"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_escape(raw: str, escaped: str) -> None:
    assert escape(raw) == escaped


@given(st.text())
def test_no_markup_survives(raw: str) -> None:
    left = re.sub(r"\\[^a-zA-Z0-9\s]|<br>|&(?:amp|lt|gt);", "", escape(raw))
    assert not re.search(r"[\\`*_\[\]|~$<>&\n]", left)


@given(st.text(alphabet="`a\n"))
def test_a_fence_is_longer_than_any_within(raw: str) -> None:
    lines = fenced(raw).split("\n")
    fence = lines[-1]
    assert lines[0] == f"{fence}text"
    assert "\n".join(lines[1:-1]) == raw
    assert fence not in raw


def test_unavailable_and_notes_are_escaped_too() -> None:
    cell = Cell(model="a|b", kind=Kind.EXPORT, target="on|nx")
    noted = Record(cell=cell, status=Status.PASS, notes=("x|y",))
    absent = replace(noted, status=Status.UNAVAILABLE, reason="get\n<b>it</b>")
    page = render_markdown(document(build([noted, absent], "x")))
    assert "a\\|b" in page
    assert "x\\|y" in page
    assert "- ○ unavailable: on\\|nx (1 cell): get<br>&lt;b&gt;it&lt;/b&gt;" in page


def test_an_empty_run_makes_a_page() -> None:
    assert "**No cell ran**" in render_markdown(document(build([], "empty")))
