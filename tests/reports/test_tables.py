from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports import details, matrices
from seqbench.reports.cells import MARKS, place
from seqbench.reports.document import Item, Table
from seqbench.reports.rows import build
from tests.support import sample_report

REPORT = build(sample_report.broken_run(), "x")


def column(table: Table, model: str, name: str) -> list[Item]:
    at = [found.name for found in table.columns].index(name)
    return [row.items[at] for row in table.rows if row.name == model]


def test_each_status_has_its_own_shape() -> None:
    assert set(MARKS) == set(Status)
    assert len({mark.shape for mark in MARKS.values()}) == len(Status)
    assert len({mark.tone for mark in MARKS.values()}) == len(Status)


def test_the_verdict_matrix_is_model_by_runtime() -> None:
    table = matrices.verdicts(REPORT)
    assert [found.name for found in table.columns] == list(sample_report.RUNTIMES)
    assert [found.sub for found in table.columns] == ["saved_model", "tflite", "onnx", "tfjs"]
    assert [row.name for row in table.rows] == list(sample_report.MODELS)
    (item,) = column(table, "digits_cnn", "onnxruntime")
    assert (item.mark, item.sub) == (MARKS[Status.FAIL], "3.1e-3 of 4.2e-7")
    (crashed,) = column(table, "bigru_text", "tfjs-wasm")
    assert (crashed.mark, crashed.sub) == (MARKS[Status.ERROR], "")


def test_the_brief_matrix_gives_the_share_of_the_tolerance() -> None:
    (item,) = column(matrices.verdicts(REPORT, brief=True), "digits_cnn", "onnxruntime")
    assert item.text == f"7380{units.TIMES}"


def test_where_cells_share_a_place_the_worst_is_shown() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime", batch_size=1)
    good = Record(cell=cell, status=Status.PASS, max_abs_error=1e-7, tolerance=1e-6)
    worse = replace(good, cell=replace(cell, batch_size=3), max_abs_error=5e-7)
    bad = replace(good, cell=replace(cell, batch_size=7), status=Status.ERROR, max_abs_error=None)
    one, two = (matrices.verdicts(build(found, "x")) for found in ([good, worse], [good, bad]))
    assert one.rows[0].items[0].sub == "5.0e-7 of 1.0e-6"
    assert two.rows[0].items[0].mark == MARKS[Status.ERROR]


def test_the_latency_matrix_shows_medians_and_the_status_of_what_has_none() -> None:
    table = matrices.latencies(REPORT, 32)
    assert table.caption == "Median time of a call, batch 32"
    (item,) = column(table, "digits_mlp", "keras-predict")
    assert item.text.endswith(" ms")
    (crashed,) = column(table, "bigru_text", "tfjs-wasm")
    assert (crashed.mark, crashed.text) == (MARKS[Status.ERROR], "")
    assert matrices.batch_sizes(REPORT) == (1, 32)


def test_what_was_not_planned_is_a_dash() -> None:
    records = sample_report.run(("digits_mlp", "digits_cnn"))
    lost = [
        record
        for record in records
        if (record.cell.model, record.cell.runtime) != ("digits_mlp", "keras-predict")
    ]
    (item,) = column(matrices.latencies(build(lost, "x"), 1), "digits_mlp", "keras-predict")
    assert (item.mark, item.text) == (None, units.NOTHING)


def test_a_verification_in_full() -> None:
    table = details.verdicts(REPORT)
    row = next(
        row for row in table.rows if row.name == "digits_cnn" and row.items[0].text == "onnxruntime"
    )
    texts = [item.text for item in row.items]
    assert texts == [
        "onnxruntime",
        "",
        "3.1e-3",
        "4.2e-7",
        f"7380{units.TIMES}",
        "3.1e-3",
        f"59000{units.TIMES}",
    ]


def test_an_infinite_error_has_no_passing_tolerance() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
    wrong = Record(cell=cell, status=Status.FAIL, max_abs_error=float("nan"), tolerance=1e-6)
    (item,) = column(details.verdicts(build([wrong], "x")), "m", "Smallest passing tolerance")
    assert item.text == "none would"


def test_a_timing_in_full_has_its_interval_and_says_why_there_is_no_p95() -> None:
    table = details.latencies(REPORT)
    means = column(table, "three_layer", "p95")[6]
    assert (means.text, means.sub) == ("", "means of 10 calls")
    median = column(table, "three_layer", "Median")[0]
    assert median.text.endswith("µs")
    low, high = median.sub.split(" to ")
    assert low < median.text < high
    assert column(table, "three_layer", "Timed")[6].text == f"200 {units.TIMES} 10 calls"


def test_a_devices_own_memory_stands_under_the_processs() -> None:
    cell = Cell(model="m", kind=Kind.INFER, runtime="keras", device="gpu", batch_size=1)
    record = Record(
        cell=cell,
        status=Status.PASS,
        samples_s=(1e-3,) * 9,
        samples_per_process=(9,),
        peak_memory_bytes=1 << 30,
        details={"device_memory_bytes": 1 << 20},
    )
    without = replace(record, cell=replace(cell, device="cpu"), details={})
    table = details.latencies(build([record, without], "x"))
    items = column(table, "m", "Peak memory")
    assert {(item.text, item.sub) for item in items} == {
        ("1.00 GiB", "1.00 MiB on the device"),
        ("1.00 GiB", ""),
    }


def test_notes_have_a_column_only_where_there_are_any() -> None:
    assert details.exports(REPORT).columns[-1].name == "Notes"
    (note,) = (item for item in column(details.exports(REPORT), "lstm_series", "Notes") if item.sub)
    assert note.sub == "fixed batch: recurrent TFLite"
    assert details.verdicts(REPORT).columns[-1].name == "Against own float32"


def test_training_shows_its_first_step_apart_and_its_metrics() -> None:
    table = details.training(REPORT)
    assert column(table, "digits_cnn", "First step")[0].text == "1.31 s"
    assert column(table, "digits_cnn", "Held-out")[0].text == "accuracy 0.9722, loss 0.0931"


def test_an_export_from_the_cache_says_so() -> None:
    cell = Cell(model="m", kind=Kind.EXPORT, target="onnx")
    record = Record(cell=cell, status=Status.PASS, size_bytes=2048, cached=True, elapsed_s=0.1)
    (item,) = column(details.exports(build([record], "x")), "m", "Export took")
    assert item.text == "cached"
    assert matrices.sizes(build([record], "x")).rows[0].items[0].text == "2.00 KiB"


def test_a_place_names_what_is_not_the_usual() -> None:
    cell = Cell(model="m", kind=Kind.INFER, runtime="litert")
    assert place(cell) == "litert"
    assert place(replace(cell, device="gpu", variant="float16")) == "litert · gpu · float16"
