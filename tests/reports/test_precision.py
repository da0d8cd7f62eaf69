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
    details={"snr_db": 41.52, "agreement": 0.995, "own_metrics": {"accuracy": 0.98}},
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
        "41.5 dB",
        "99.5 %",
        "accuracy 0.97",
    ]
    assert [item.sub for item in narrow.items[3:5]] == [f"0.250{units.TIMES}"] * 2
    assert narrow.items[-1].sub == "fp32: 0.98"


def test_it_stands_in_no_table_of_tolerances() -> None:
    assert [found.name for found in matrices.verdicts(REPORT).columns] == ["onnxruntime"]
    assert [found.name for found in matrices.sizes(REPORT).columns] == ["onnx"]


def test_pages_have_the_table_where_there_are_variants() -> None:
    without = build(sample_report.run(("three_class",)), "x")
    for write in (render_markdown, render_html):
        assert "Reduced precision" in write(document(REPORT))
        assert "Reduced precision" not in write(document(without))
