"""Lines over runs, in the terminal and as a page."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from seqbench.cli.main import main
from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import Store
from seqbench.reports.history import page
from seqbench.reports.history.lines import gather, lines
from seqbench.reports.history.page import BLOCKS, change, sparkline
from seqbench.reports.html import render_html
from seqbench.reports.terminal import render_terminal
from tests.support import sample_report

CELL = Cell(model="a", kind=Kind.INFER, target="onnx", runtime="onnxruntime", batch_size=1)


def record(median_s: float, day: int = 1, **fields: object) -> Record:
    times = {"samples_s": (median_s,) * 7, "started_at": f"2026-11-{day:02}T09:00:00+00:00"}
    flat = {"cell": CELL, "status": Status.PASS, **times, "machine": {"cpu": "X", "cpus": 2}}
    samples = {"samples_per_process": (7,)}
    return Record(**{**flat, **samples, **fields})  # type: ignore[arg-type] # checked by use


def saved(root: Path, name: str, records: list[Record]) -> None:
    store = Store(root / name)
    store.root.mkdir(parents=True)
    plan = {"sources": {}, "cells": [asdict(one.cell) for one in records]}
    (store.root / "run.json").write_text(json.dumps(plan), encoding="utf-8")
    for one in records:
        store.save(one)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Three runs, the last one twice as slow; the second has no cell of batch 32."""
    other = replace(CELL, batch_size=32)
    root = tmp_path / "results"
    # Names in another order than the runs' times.
    saved(root, "c", [record(1e-3, 1), record(4e-3, 1, cell=other)])
    saved(root, "a", [record(1.01e-3, 2)])
    saved(root, "b", [record(2e-3, 3), record(4e-3, 3, cell=other)])
    return root


def test_a_line_goes_by_time_and_leaves_a_gap(results: Path) -> None:
    found = gather(results)
    assert found.runs == ("c", "a", "b")
    first, second = found.lines
    assert [mark.run for mark in first.marks] == ["c", "a", "b"]
    assert (change(first), change(second)) == ("+100.0 %", "+0.0 %")
    assert sparkline(first, found.runs) == "▁▁█"
    assert sparkline(second, found.runs) == "▁ ▁"


def test_noise_is_no_mountain() -> None:
    runs = [(f"r{day}", [record(1e-3 + day % 2 * 1e-5, day)]) for day in range(1, 7)]
    (line,) = lines(runs)
    assert set(sparkline(line, [name for name, _ in runs])) == {BLOCKS[0], BLOCKS[1]}


@given(st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=12))
def test_a_sparkline_has_a_block_for_each_run(medians: list[float]) -> None:
    runs = [(f"r{day:02}", [record(value, day + 1)]) for day, value in enumerate(medians)]
    (line,) = lines(runs)
    drawn = sparkline(line, [name for name, _ in runs])
    assert len(drawn) == len(medians)
    assert drawn[int(np.argmin(medians))] == BLOCKS[0]
    highest, span = drawn[int(np.argmax(medians))], max(medians) / min(medians) - 1
    if span >= 0.1 or span < 0.09:
        assert (highest == BLOCKS[-1]) == (span >= 0.1)


def test_two_machines_are_two_lines_and_what_did_not_pass_is_none() -> None:
    elsewhere = record(1e-3, machine={"cpu": "Y"})
    broken = record(1e-3, status=Status.FAIL)
    never = record(1e-3, samples_s=(), samples_per_process=())
    found = lines([("a", [record(1e-3)]), ("b", [elsewhere]), ("c", [broken]), ("d", [never])])
    assert [line.machine for line in found] == ["2 CPUs, X", "Y"]
    assert [change(line) for line in found] == ["\N{EN DASH}", "\N{EN DASH}"]


def test_the_pattern_chooses_cells(results: Path) -> None:
    assert [line.cell.batch_size for line in gather(results, r"\.b32$").lines] == [32]
    with pytest.raises(InputError, match=r"--cell \(: is no regular expression: missing \)"):
        gather(results, "(")


def test_a_run_that_cannot_be_read_is_named_and_left_out(results: Path) -> None:
    (path,) = (results / "a" / "records").iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace('"schema": 2', '"schema": 1'))
    (results / "no run").mkdir()
    done = CliRunner().invoke(main, ["history", str(results)])
    assert done.exit_code == 0
    expected = f"seqbench: left out {results / 'a'}: {path}: record has schema 1, this seqbench"
    assert done.stderr.startswith(expected)
    assert len(done.stderr.splitlines()) == 1
    assert "2 cells in 2 runs" in done.stdout


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        gather(tmp_path)
    expected = f"{tmp_path}: expected folders of runs, found none; `seqbench run` makes one"
    assert str(caught.value) == expected


def test_the_terminal_shows_first_last_and_change(results: Path) -> None:
    console = Console(width=100, record=True, file=None)
    with console.capture() as shown:
        console.print(render_terminal(page.summary(gather(results))))
    row = next(text for text in shown.get().splitlines() if "batch 1 " in text)
    assert re.sub(r"\s+", " ", row).strip() == (
        "a infer · onnxruntime · batch 1 ▁▁█ 3 1.00 ms 2.00 ms +100.0 %"
    )


def test_the_page_needs_nothing_from_elsewhere(results: Path, tmp_path: Path) -> None:
    records = sample_report.run(("three_class",))
    saved(results, "d", [replace(r, samples_per_process=(len(r.samples_s),)) for r in records])
    out = tmp_path / "history.html"
    page.write(gather(results), out)
    text = out.read_text(encoding="utf-8")
    assert text.count("<svg ") == text.count("<h2>") == 3
    assert not re.search(r"src=|href=(?!\"#)|<script|@import|url\((?!#)", text)
    assert "infer · onnxruntime · batch 1: 1.00 ms, 1.01 ms, 2.00 ms" in text
    assert '<td class="number">+100.0 %</td>' in text


def test_the_page_escapes_names(tmp_path: Path) -> None:
    cell = replace(CELL, model="<script>alert(1)</script>")
    root = tmp_path / "results"
    saved(root, "a", [record(1e-3, cell=replace(cell, model="x&y"))])
    assert "x&amp;y: infer" in render_html(page.document(gather(root)))
    text = render_html(
        page.document(replace(gather(root), lines=lines([("a", [record(1e-3, cell=cell)])])))
    )
    assert "<script" not in text


def test_another_suffix_or_place_is_refused(results: Path, tmp_path: Path) -> None:
    found = gather(results)
    with pytest.raises(InputError, match=r"a\.pdf: a history is written as \.html, not as '\.pdf'"):
        page.write(found, tmp_path / "a.pdf")
    with pytest.raises(InputError, match=r"cannot write .*: Not a directory"):
        page.write(found, results / "a" / "run.json" / "h.html")
