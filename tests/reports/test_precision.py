from dataclasses import replace

from seqbench.core import units
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports import matrices, precision
from seqbench.reports.html import render_html
from seqbench.reports.markdown import render_markdown
from seqbench.reports.rows import build
from seqbench.reports.run import document
from tests.support import sample_report

CELL = Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime", variant="int8")
JUDGED = Record(
    cell=CELL,
    status=Status.PASS,
    max_abs_error=1e-2,
    metrics={"accuracy": 0.97},
    details={
        "snr_db": 41.52,
        "varying_db": 33.3,
        "agreement": 0.995,
        "own_metrics": {"accuracy": 0.98},
        "judged_on": "held-out",
        "rows": 400,
    },
)
PLAIN = Record(
    cell=replace(CELL, variant="fp32"), status=Status.PASS, max_abs_error=1e-8, tolerance=1e-7
)


def timed(record: Record, sample_s: float) -> Record:
    cell = replace(record.cell, kind=Kind.INFER, batch_size=1)
    return Record(
        cell=cell, status=Status.PASS, samples_s=(sample_s,) * 9, samples_per_process=(9,)
    )


def exported(record: Record, size: int) -> Record:
    cell = replace(record.cell, kind=Kind.EXPORT, runtime=None)
    return Record(cell=cell, status=Status.PASS, size_bytes=size)


RECORDS = [PLAIN, JUDGED, timed(PLAIN, 4e-5), timed(JUDGED, 1e-5)]
RECORDS += [exported(PLAIN, 4096), exported(JUDGED, 1024)]
REPORT = build(RECORDS, "x")


def test_a_variant_stands_beside_its_plain_artifact() -> None:
    plain, narrow = precision.tabulate_variants(REPORT).rows
    assert [item.text for item in plain.items[:5]] == [
        "onnxruntime",
        "fp32",
        "",
        "4.00 KiB",
        "40.0 µs",
    ]
    assert [item.text for item in narrow.items[3:]] == [
        "1.00 KiB",
        "10.0 µs",
        "held-out",
        "41.5 dB",
        "99.5 %",
        "accuracy 0.97",
    ]
    assert [item.sub for item in narrow.items[3:5]] == [f"0.250{units.TIMES}"] * 2
    assert [item.sub for item in narrow.items[5:]] == [
        "400 rows",
        "(33.3 dB)",
        "",
        "fp32: 0.98",
    ]


def test_what_was_not_asked_is_said_with_the_reason() -> None:
    details = {
        "snr_db": 41.52,
        "varying_db": None,
        "agreement": None,
        "judged_on": "typical",
        "rows": 32,
        "not_asked": {
            "varying_db": "they hardly vary",
            "agreement": "no labels",
            "metrics": "no labels",
            "auc": "unknown",
        },
    }
    bare = replace(JUDGED, metrics={}, details=details)
    (row,) = precision.tabulate_variants(build([bare], "x")).rows
    assert [(item.text, item.note) for item in row.items[3:]] == [
        ("typical", ""),
        ("41.5 dB", "the signal about its mean not asked: they hardly vary"),
        (units.NOTHING, "the same class not asked: no labels"),
        (units.NOTHING, "a metric not asked: no labels; auc not asked: unknown"),
    ]
    for write in (render_markdown, render_html):
        assert "the same class not asked: no labels" in write(document(build([bare], "x")))


def test_it_stands_in_no_table_of_tolerances() -> None:
    assert [found.name for found in matrices.verdicts(REPORT).columns] == ["onnxruntime"]
    assert [found.name for found in matrices.sizes(REPORT).columns] == ["onnx"]


def test_pages_have_the_table_where_there_are_variants() -> None:
    without = build(sample_report.run(("three_class",)), "x")
    for write in (render_markdown, render_html):
        assert "Reduced precision" in write(document(REPORT))
        assert "Reduced precision" not in write(document(without))
