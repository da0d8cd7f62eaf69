import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.cells import MARKS
from seqbench.reports.html import render_html
from seqbench.reports.markdown import render_markdown
from seqbench.reports.rows import build, headline
from seqbench.reports.run import document, summary
from seqbench.reports.terminal import render_terminal
from tests.support import sample_report

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


class Page(HTMLParser):
    """The elements of a page, and its text by the id of the section that holds it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._section = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "section":
            self._section = dict(attrs)["id"] or ""

    def handle_data(self, data: str) -> None:
        self.texts[self._section] = self.texts.get(self._section, "") + data


def written(records: list[Record], name: str = "x") -> str:
    return render_html(document(build(records, name)))


@pytest.fixture(scope="module")
def broken() -> str:
    return written(sample_report.broken_run(), "quick")


def sections(page: str) -> list[str]:
    return re.findall(r'<section id="(\w+)">', page)


def test_the_answer_comes_first_then_failures_and_every_section_is_reached_from_the_top(
    broken: str,
) -> None:
    found = sections(broken)
    assert found == ["answer", "failures", "verdicts", "latency", "training", "size", "machine"]
    assert re.findall(r'<a href="#(\w+)">', broken) == found


def test_a_failure_shows_its_reason_and_its_command(broken: str) -> None:
    text = Page(broken).texts["failures"]
    assert "<script>alert(1)</script> [bold]x[/bold]" in text
    command = "seqbench run digits_cnn --only verify --target onnx --runtime onnxruntime"
    assert command in " ".join(text.split())


def test_parts_that_have_nothing_to_say_are_left_out() -> None:
    records = [r for r in sample_report.run(("three_class",)) if r.cell.kind == Kind.VERIFY]
    assert sections(written(records)) == ["answer", "verdicts", "machine"]
    assert sections(written([])) == []


def test_the_page_loads_nothing_and_runs_nothing(broken: str) -> None:
    page = Page(broken)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"https?://|url\(|@import|javascript:", broken)


def test_a_policy_in_the_page_forbids_what_it_does_not_need(broken: str) -> None:
    policy = 'http-equiv="Content-Security-Policy" content="default-src \'none\''
    assert policy in broken


def test_texts_of_records_are_escaped_wherever_they_stand() -> None:
    records = sample_report.run(("digits_cnn",))
    evil = [
        replace(
            record,
            cell=replace(
                record.cell,
                model=EVIL,
                target=record.cell.target and EVIL + record.cell.target,
                runtime=record.cell.runtime and EVIL + record.cell.runtime,
            ),
            status=status,
            reason=EVIL,
            notes=(EVIL,),
            artifact=EVIL,
            ran_on=EVIL,
            metrics={EVIL: 1.0},
            started_at=EVIL,
            machine={EVIL: {EVIL: EVIL}},
        )
        for record in records
        for status in (Status.PASS, Status.FAIL, Status.UNAVAILABLE)
    ]
    page = written(evil, EVIL)
    assert "<script" not in page
    assert "<img" not in page
    assert "49" not in re.findall(r"<title>(.*?)</title>", page, re.DOTALL)[0]
    assert not [name for _, found in Page(page).elements for name in found if name == "onerror"]


def test_each_status_stands_as_shape_and_word(broken: str) -> None:
    for status in Status:
        tone = MARKS[status].tone.value
        shown = re.findall(rf'<span class="badge {tone}"><svg.*?</svg>{status}</span>', broken)
        assert shown, status
    icons = {
        re.sub(r".*?<svg", "<svg", icon)
        for icon in re.findall(r'badge \w+">(<svg.*?</svg>)', broken)
    }
    assert len(icons) == len(Status)


def test_only_a_pass_is_green() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY, target="tfjs", runtime="tfjs-wasm")

    def head(status: Status) -> str:
        page = written([Record(cell=cell, status=status, reason="r")])
        (outcome,) = re.findall(r'<p class="verdict (\w+)">', page)
        return str(outcome)

    tones = {status: mark.tone.value for status, mark in MARKS.items()}
    assert {status: head(status) for status in Status} == tones
    assert [status for status, tone in tones.items() if tone == "good"] == [Status.PASS]


def test_tables_say_what_their_heads_belong_to(broken: str) -> None:
    page = Page(broken)
    tables = [tag for tag, _ in page.elements if tag == "table"]
    captions = [tag for tag, _ in page.elements if tag == "caption"]
    heads = [found for tag, found in page.elements if tag == "th"]
    assert len(tables) == len(captions) == 7
    assert {head.get("scope") for head in heads} == {"col", "row", "rowgroup"}
    charts = [found for tag, found in page.elements if tag == "svg" and found.get("role") == "img"]
    assert len(charts) == len(sample_report.MODELS) + 3
    assert all(chart["aria-label"] for chart in charts)


def test_one_model_has_a_chart_for_wide_windows_as_well() -> None:
    page = written(sample_report.run(("digits_cnn",)))
    assert page.count('<div class="wide"><svg') == 1
    assert page.count('<div class="small"><svg') == 1
    assert ">litert</text>" in page.split('id="size"')[1]


@settings(max_examples=20)
@given(st.lists(sample_report.RECORDS, max_size=6))
def test_any_records_make_a_page(records: list[Record]) -> None:
    report = build(records, "x")
    found = document(report)
    page = render_html(found)
    assert page.endswith("</html>")
    assert ("failures" in sections(page)) == bool(report.failures)
    assert ("## What did not pass" in render_markdown(found)) == bool(report.failures)
    console = Console(width=40)
    with console.capture() as shown:
        console.print(render_terminal(found), render_terminal(summary(report)))
    assert shown.get().count(" ".join(headline(report).split()[:2])) >= 2
