from seqbench.core import units
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports import compiled
from seqbench.reports.cells import MARKS
from seqbench.reports.html import render_html
from seqbench.reports.markdown import render_markdown
from seqbench.reports.rows import build
from seqbench.reports.run import document

FOUND = {
    "flops": 7.02e6,
    "loops": False,
    "peak_bytes": 3 * 2**20,
    "hbm_bytes": 16 * 2**30,
    "bound_s": 42e-9,
    "bound_by": "memory",
    "compile_s": 1.5,
}


def record(kind: Kind = Kind.COMPILE, device: str = "tpu:v5e", **fields: object) -> Record:
    cell = Cell(model="m", kind=kind, runtime="keras-jax", device=device, batch_size=32)
    given = {"status": Status.PASS, "details": {"compiled": FOUND}, **fields}
    return Record(cell=cell, **given)  # type: ignore[arg-type] # fields of several types


RUN = [
    record(),
    record(device="tpu:v6e", status=Status.FAIL, reason="needs 99 GiB", details={}),
    record(Kind.COMPILE_TRAIN, details={"compiled": FOUND | {"loops": True}}),
]
REPORT = build(RUN, "x")


def test_what_was_compiled_is_never_among_timings() -> None:
    assert [row.cell.kind for row in REPORT.compiled] == ["compile", "compile", "compile-train"]
    assert REPORT.latencies == ()
    assert REPORT.training == ()


def test_each_program_is_a_line() -> None:
    first, failed, step = compiled.tabulate_programs(REPORT).rows
    texts = [item.text for item in first.items]
    assert texts == ["v5e", "inference", "32", "", "7.02M", "3.00 MiB", "42.0 ns", "1.50 s"]
    assert [item.sub for item in first.items][-3:] == ["of 16.0 GiB", "memory", ""]
    assert failed.items[3].mark is MARKS[Status.FAIL]
    assert {item.text for item in failed.items[4:]} == {units.NOTHING}
    assert step.items[4].sub == "at least: a loop hides some"


def test_the_terminal_has_a_column_for_each_chip() -> None:
    table = compiled.summary(REPORT)
    assert [column.name for column in table.columns] == ["Program", "FLOPs", "v5e", "v6e"]
    infer, step = table.rows
    assert (infer.items[0].text, infer.items[0].sub) == ("inference", "batch 32")
    assert (infer.items[2].mark, infer.items[2].sub) == (MARKS[Status.PASS], "3.00 MiB\n42.0 ns")
    assert (infer.items[3].mark, infer.items[3].sub) == (MARKS[Status.FAIL], "")
    assert step.items[3].text == units.NOTHING


def test_pages_say_that_nothing_ran() -> None:
    for page in (render_markdown(document(REPORT)), render_html(document(REPORT))):
        assert "Compiles and fits" in page
        assert "so nothing ran" in page
        assert "Latency" not in page
