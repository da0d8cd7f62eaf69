"""The file of pytest-benchmark, held against that program itself."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_benchmark.stats import Stats

from seqbench import reports
from seqbench.core.record import Kind, Record, Status
from seqbench.core.store import Store
from seqbench.reports.pytest_benchmark import fullname, render_pytest_benchmark, stats
from tests.support import sample_report
from tests.support.processes import outside_xdist


def saved(folder: Path, records: list[Record]) -> Path:
    store = Store(folder)
    store.root.mkdir(parents=True, exist_ok=True)
    plan = {"sources": {}, "cells": [asdict(record.cell) for record in records]}
    (store.root / "run.json").write_text(json.dumps(plan), encoding="utf-8")
    for record in records:
        store.save(record)
    return store.root


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=40))
def test_statistics_are_those_of_pytest_benchmark(ticks: list[int]) -> None:
    samples_s = [tick * 2.0**-24 for tick in ticks]  # so that no quartile is rounded
    theirs = Stats()
    for value in samples_s:
        theirs.update(value)
    assert stats(samples_s, 3) == {**theirs.as_dict(), "data": samples_s, "iterations": 3}


@given(st.integers(1, 40), st.floats(1e-9, 1e3))
def test_equal_samples_have_statistics(count: int, value: float) -> None:
    found = stats([value] * count, 1)
    assert found["ld15iqr"] == found["hd15iqr"] == found["median"] == value


def test_one_benchmark_stands_for_each_timed_cell_that_passed() -> None:
    records = [
        replace(record, status=Status.FAIL, reason="it ran on gpu")
        if record.cell.runtime == "litert"
        else record
        for record in sample_report.broken_run()
    ]
    found = json.loads(render_pytest_benchmark(records))
    timed = [record for record in records if record.samples_s and record.status == Status.PASS]
    assert [one["fullname"] for one in found["benchmarks"]] == [fullname(r.cell) for r in timed]
    assert not any("litert" in one["fullname"] for one in found["benchmarks"])
    assert len({one["fullname"] for one in found["benchmarks"]}) == len(timed)
    first = next(one for one in found["benchmarks"] if "onnxruntime" in one["name"])
    assert first["fullname"] == "three_layer::infer[onnx-onnxruntime-cpu-fp32-b1]"
    assert first["group"] == "three_layer infer"
    assert first["extra_info"]["verdict"] == "pass"
    assert first["extra_info"]["size_bytes"] > 0
    assert found["machine_info"]["cpu"]["brand_raw"] == "AMD EPYC 9B14"
    assert found["commit_info"] == {"id": "7b600ba1d2c4", "dirty": False}


def test_a_wrong_artifact_has_its_verdict_beside_its_speed() -> None:
    records = [
        replace(record, status=Status.FAIL, max_abs_error=float("nan"))
        if record.cell.kind is Kind.VERIFY
        else record
        for record in sample_report.run(("three_class",))
    ]
    found = json.loads(render_pytest_benchmark(records))["benchmarks"]
    extra = {one["param"]: one["extra_info"] for one in found}
    assert extra["onnx-onnxruntime-cpu-fp32-b1"]["verdict"] == "fail"
    assert extra["onnx-onnxruntime-cpu-fp32-b1"]["max_abs_error"] == "nan"
    assert extra["keras-cpu-fp32-b1"]["verdict"] is None


def test_pytest_benchmark_compares_two_runs(tmp_path: Path) -> None:
    records = sample_report.run(("three_class",))
    slower = [
        replace(record, samples_s=tuple(2 * value for value in record.samples_s))
        for record in records
    ]
    files = [
        reports.write(saved(tmp_path / name, run), form="pytest-benchmark")
        for name, run in (("before", records), ("after", slower))
    ]
    words = ["--csv", str(tmp_path / "out.csv"), "--columns", "median", "--group-by", "fullname"]
    done = subprocess.run(
        [Path(sys.executable).with_name("pytest-benchmark"), "compare", *map(str, files), *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heading = "benchmark 'three_class::infer[onnx-onnxruntime-cpu-fp32-b1]': 2 tests"
    assert heading in done.stdout
    assert "(2.00)" in done.stdout
    rows = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 2 * len([record for record in records if record.samples_s])


@pytest.mark.slow
@pytest.mark.parametrize(("scale", "status"), [(1e3, 0), (1e-6, 1)])
def test_a_session_of_pytest_compares_itself_with_a_run(
    tmp_path: Path, scale: float, status: int
) -> None:
    records = [
        replace(record, samples_s=tuple(scale * value for value in record.samples_s))
        for record in sample_report.run(("three_class",))
    ]
    file = reports.write(saved(tmp_path / "run", records), form="pytest-benchmark")
    (tmp_path / "test_it.py").write_text(
        "def test_it(benchmark):\n"
        "    benchmark.fullname = 'three_class::infer[onnx-onnxruntime-cpu-fp32-b1]'\n"
        "    benchmark(sum, [1, 2])\n",
        encoding="utf-8",
    )
    options = [f"--benchmark-compare={file}", "--benchmark-compare-fail=min:1%"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--benchmark-max-time=0.01", "test_it.py"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=outside_xdist(),
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert "benchmark: 2 tests" in done.stdout
    assert ("Performance has regressed" in done.stderr) == bool(status)


def test_the_data_are_the_records_samples() -> None:
    record = next(r for r in sample_report.run(("three_class",)) if r.samples_s)
    (found,) = json.loads(render_pytest_benchmark([record]))["benchmarks"]
    assert found["stats"]["data"] == list(record.samples_s)
    assert found["stats"]["median"] == pytest.approx(float(np.median(record.samples_s)))
