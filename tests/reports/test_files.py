import json
from dataclasses import asdict
from pathlib import Path

import pytest

from seqbench import reports
from seqbench.core.errors import InputError
from seqbench.core.record import decode
from seqbench.core.store import Store
from tests.support import sample_report


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was killed before its last cell."""
    records = sample_report.run(("three_class",))
    store = Store(tmp_path / "my run")
    store.root.mkdir()
    plan = {"sources": {}, "cells": [asdict(record.cell) for record in records]}
    (store.root / "run.json").write_text(json.dumps(plan), encoding="utf-8")
    for record in records[:-1]:
        store.save(record)
    return store.root


def test_the_package_gives_functions_not_their_modules() -> None:
    assert all(callable(getattr(reports, name)) for name in reports.__all__)


def test_a_killed_run_has_a_report_and_its_missing_cell_is_an_error(run: Path) -> None:
    assert reports.write(run) == run / "report.html"
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "<title>my run · seqbench</title>" in page
    assert "1 of 22 cells did not pass" in page
    assert "never ran: the run ended before this cell" in page
    assert "never ran" in (run / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.html", "<!doctype html>"),
        ("a.md", "# my run"),
        ("a.json", "{"),
        ("a.xml", "<?xml version"),
    ],
)
def test_the_suffix_chooses_the_format(run: Path, name: str, start: str) -> None:
    out = run.parent / name
    assert reports.write(run, out) == out
    assert out.read_text(encoding="utf-8").startswith(start)
    assert not (run / "report.html").exists()


def test_the_json_holds_every_planned_cell(run: Path) -> None:
    found = json.loads(reports.write(run, run / "all.json").read_text(encoding="utf-8"))
    records = [decode(flat) for flat in found["records"]]
    assert len(records) == 22
    assert records[-1].status == "error"


@pytest.mark.parametrize(
    ("form", "name", "start"),
    [
        ("html", "report.html", "<!doctype html>"),
        ("markdown", "report.md", "# my run"),
        ("json", "report.json", "{"),
        ("pytest-benchmark", "pytest-benchmark.json", "{"),
        ("junit", "junit.xml", "<?xml version"),
    ],
)
def test_a_format_is_written_into_the_run_or_to_any_name(
    run: Path, form: str, name: str, start: str
) -> None:
    assert reports.write(run, form=form) == run / name
    assert (run / name).read_text(encoding="utf-8").startswith(start)
    elsewhere = run.parent / "a.txt"
    assert reports.write(run, elsewhere, form) == elsewhere
    assert elsewhere.read_text(encoding="utf-8") == (run / name).read_text(encoding="utf-8")


def test_an_unknown_format_is_refused_in_one_line(run: Path) -> None:
    with pytest.raises(InputError) as caught:
        reports.write(run, form="pdf")
    expected = "unknown format 'pdf': expected one of html, markdown, json, pytest-benchmark, junit"
    assert str(caught.value) == expected


def test_another_suffix_is_refused_in_one_line(run: Path) -> None:
    out = run / "a.pdf"
    with pytest.raises(InputError) as caught:
        reports.write(run, out)
    expected = f"{out}: a report is written as one of .html, .md, .json, .xml, not as '.pdf'"
    assert str(caught.value) == f"{expected}; or name a --format"


def test_a_file_that_cannot_be_written_is_named(run: Path) -> None:
    out = run / "run.json" / "a.html"
    with pytest.raises(InputError) as caught:
        reports.write(run, out)
    assert str(caught.value) == f"cannot write {out}: Not a directory"


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not the folder of a run: it has no run\.json"):
        reports.write(tmp_path)


def test_a_broken_plan_is_named(run: Path) -> None:
    (run / "run.json").write_text('{"cells": [{"model": 1}]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"run\.json does not hold .*\$\.cells\[0\]\.model"):
        reports.write(run)
