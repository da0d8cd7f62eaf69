import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.stats import Estimate
from seqbench.reports import measured, problems
from seqbench.reports.machine import facts
from seqbench.reports.rows import build, headline
from tests.support import sample_report

VERIFY = Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
INFER = Cell(model="m", kind=Kind.INFER, target="onnx", runtime="onnxruntime", batch_size=1)


def test_a_good_run_has_no_failure_and_counts_what_is_unavailable() -> None:
    report = build(sample_report.run(), "quick")
    assert headline(report) == "All 231 cells passed; 11 unavailable here"
    assert report.failures == ()
    assert report.counts[Status.PASS] == 231
    assert [(row.names, row.cells) for row in report.missing] == [(("gpu",), 11)]
    assert report.missing[0].reason == sample_report.NO_GPU


def test_a_broken_run_names_wrong_numbers_first_and_cells_with_one_reason_together() -> None:
    report = build(sample_report.broken_run(), "quick")
    assert headline(report) == "8 of 231 cells did not pass; 11 unavailable here"
    found = [(row.status, row.model, len(row.cells)) for row in report.failures]
    assert found == [
        (Status.FAIL, "digits_cnn", 1),
        (Status.ERROR, "bigru_text", 3),
        (Status.UNSUPPORTED, "autoencoder", 4),
    ]


def test_two_cells_that_differ_in_batch_share_their_command() -> None:
    report = build(sample_report.broken_run(), "quick")
    place = "--target tfjs --runtime tfjs-wasm"
    assert report.failures[1].commands == (
        f"seqbench run bigru_text --only verify {place} --device cpu",
        f"seqbench run bigru_text --only infer {place} --batch 1,32 --device cpu",
    )


def test_a_latency_is_a_multiple_of_the_roofline_and_the_peak_a_fact_of_the_machine() -> None:
    bound = {"bound_s": 2e-6, "core_flops_per_s": 104e9}
    record = replace(timing(INFER, (5e-6,) * 9), details={"roofline": bound})
    report = build([record, replace(record, details={"roofline": None})], "r")
    assert [row.roofline for row in report.latencies] == [pytest.approx(2.5), None]
    assert [group.facts for group in report.machine] == [
        (("Peak of a core", "104G FLOP/s in float32"),)
    ]


def test_what_a_cell_does_in_words() -> None:
    cell = replace(INFER, variant="float16", device="gpu")
    assert problems.doing(cell) == "infer onnx in onnxruntime on gpu, float16, batch 1"
    export = Cell(model="m", kind=Kind.EXPORT, target="tfjs")
    assert problems.doing(export) == "export tfjs on cpu"


def test_a_planned_cell_without_a_record_is_an_error() -> None:
    records = sample_report.run(("digits_cnn", "digits_mlp"))
    lost = Cell(model="digits_mlp", kind=Kind.VERIFY, target="tflite", runtime="litert")
    left = [record for record in records if record.cell != lost]
    report = build(left, "cut short", planned=[record.cell for record in records])
    assert report.counts[Status.ERROR] == 1
    assert report.failures[0].cells == (lost,)
    assert report.failures[0].reason == "never ran: the run ended before this cell"
    assert report.started_at == records[0].started_at


def test_nothing_ran_is_no_pass() -> None:
    assert headline(build([], "empty")) == "No cell ran"
    only = Record(cell=VERIFY, status=Status.UNAVAILABLE, reason="no browser")
    assert headline(build([only], "x")) == "Nothing could run: 1 cells unavailable here"


def test_a_failure_without_a_reason_says_so() -> None:
    report = build([Record(cell=VERIFY, status=Status.FAIL)], "x")
    assert report.failures[0].reason == "no reason was recorded"


def test_rows_stand_in_the_order_in_which_cells_ran() -> None:
    records = sample_report.run()
    assert build(records[::-1], "x") == build(records, "x")
    assert build(records, "x").started_at == "2026-11-20T09:00:00+00:00"


def test_an_absent_device_is_no_row_of_timings() -> None:
    report = build(sample_report.run(), "x")
    assert {row.record.cell.device for row in report.training} == {"cpu"}


@pytest.mark.parametrize("error", [math.nan, math.inf])
def test_an_error_that_is_no_number_passes_at_no_tolerance(error: float) -> None:
    row = measured.verdict(
        Record(cell=VERIFY, status=Status.FAIL, max_abs_error=error, tolerance=1e-6)
    )
    assert row.passes_at is None
    assert row.share == math.inf


def test_the_smallest_tolerance_that_passes_is_the_error() -> None:
    row = measured.verdict(
        Record(cell=VERIFY, status=Status.PASS, max_abs_error=2e-7, tolerance=8e-7)
    )
    assert row.passes_at == 2e-7
    assert row.share == pytest.approx(0.25)


def test_a_p95_is_given_only_where_samples_suffice() -> None:
    few, many = (measured.timed(timing(INFER, (1e-3,) * count)) for count in (71, 72))
    assert few.p95 == "needs 72 samples"
    assert isinstance(many.p95, Estimate)
    assert many.p99 == "needs 368 samples"
    assert isinstance(measured.timed(timing(INFER, (1e-3,) * 368)).p99, Estimate)


def timing(cell: Cell, *processes: tuple[float, ...]) -> Record:
    return Record(
        cell=cell,
        status=Status.PASS,
        samples_s=tuple(sample for samples in processes for sample in samples),
        samples_per_process=tuple(map(len, processes)),
    )


def test_what_differs_between_processes_is_in_the_interval() -> None:
    one = measured.timed(timing(INFER, (1e-3,) * 40))
    two = measured.timed(timing(INFER, (1e-3,) * 20, (1.1e-3,) * 20))
    assert one.median is not None
    assert (one.median.low, one.median.high, one.spread) == (1e-3, 1e-3, None)
    assert two.median is not None
    assert two.median.low is not None
    assert two.median.low < 0.9e-3
    assert two.spread == pytest.approx(0.1 / 1.05)


def test_means_of_several_calls_have_no_p95() -> None:
    row = measured.timed(replace(timing(INFER, (1e-6,) * 400), calls_per_sample=10))
    assert row.p95 == "means of 10 calls"
    assert row.p99 == "means of 10 calls"


def test_latencies_are_compared_with_keras_at_the_same_batch() -> None:
    def row(runtime: str, batch: int, seconds: float) -> measured.Timed:
        cell = Cell(model="m", kind=Kind.INFER, runtime=runtime, batch_size=batch)
        return measured.timed(timing(cell, (seconds,)))

    rows = measured.related(
        [row("keras", 1, 2e-3), row("litert", 1, 1e-3), row("litert", 32, 4e-3)]
    )
    assert [row.relative for row in rows] == [1.0, 0.5, None]
    assert [row.throughput for row in rows] == [500, 1000, 8000]


def test_tradeoffs_join_size_time_and_error_at_the_smallest_batch() -> None:
    report = build(sample_report.run(), "x")
    assert len(report.tradeoffs) == 44
    row = next(row for row in report.tradeoffs if row.cell.key.startswith("digits_cnn.infer.onnx"))
    sizes = {record.cell.key: record.size_bytes for record in report.exports}
    assert row.cell.batch_size == 1
    assert row.size_bytes == sizes["digits_cnn.export.onnx.cpu.fp32"]


def test_facts_of_the_machine_show_every_key_and_every_value_once() -> None:
    found = facts(
        [
            {"memory_bytes": 2**31, "seed": 0, "new_fact": [1, 2], "versions": {"keras": "3.15"}},
            {"memory_bytes": 2**31, "seed": 7, "gpu": None, "versions": {"onnx": "1.23"}},
        ]
    )
    told = [(group.title, *fact) for group in found for fact in group.facts]
    assert told == [
        ("", "Memory", "2.00 GiB"),
        ("", "Seed", "0 · 7"),
        ("", "New fact", "1, 2"),
        ("", "GPU", "none"),
        ("Versions", "keras", "3.15"),
        ("Versions", "onnx", "1.23"),
    ]


def test_many_values_of_one_fact_are_counted() -> None:
    found = facts({"seed": seed} for seed in range(9))
    assert found[0].facts[0][1] == "0 · 1 · 2 · 3 · 4 · 5 and 3 more"


@given(st.lists(sample_report.RECORDS, max_size=12))
def test_any_records_make_a_report_that_loses_none(records: list[Record]) -> None:
    report = build(records, "x")
    assert sum(report.counts.values()) == len(records)
    assert sum(len(failure.cells) for failure in report.failures) == sum(
        report.counts[status] for status in problems.BROKEN
    )
    assert sum(row.cells for row in report.missing) == report.counts[Status.UNAVAILABLE]


def test_what_is_missing_here_stands_behind_what_ran() -> None:
    ran = Record(cell=VERIFY, status=Status.PASS, started_at="2026-01-02T00:00:00")
    gone = Record(
        cell=replace(VERIFY, device="gpu"), status=Status.UNAVAILABLE, started_at="2026-01-01"
    )
    report = build([gone, ran], "r")
    assert [row.record.cell.device for row in report.verdicts] == ["cpu", "gpu"]
    assert report.started_at == "2026-01-01"
