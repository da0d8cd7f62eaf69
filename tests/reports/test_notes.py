from dataclasses import replace
from io import StringIO

from rich.console import Console

from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.markdown import render_markdown
from seqbench.reports.notes import files, notes
from seqbench.reports.rows import build
from seqbench.reports.run import document, summary
from seqbench.reports.terminal import render_terminal

LITERT = Cell(model="m", kind=Kind.VERIFY, target="tflite", runtime="litert", variant="int8")
JUDGED = Record(
    cell=LITERT,
    status=Status.PASS,
    details={"snr_db": 30.0},
    notes=("judged on random inputs: the model came without data", "fixed batch of 1"),
)
OTHER = replace(
    JUDGED, cell=replace(LITERT, target="onnx", runtime="onnxruntime"), notes=JUDGED.notes[:1]
)
EXPORTED = Record(
    cell=Cell(model="m", kind=Kind.EXPORT, target="onnx"),
    status=Status.PASS,
    notes=("stateful: begins at zero",),
    artifact="dist/m/model.onnx",
)
TIMED = Record(
    cell=replace(LITERT, kind=Kind.INFER, batch_size=1), status=Status.PASS, notes=("busy",)
)


def printed(records: list[Record], *, where: bool = False) -> str:
    console = Console(width=120, file=StringIO())
    with console.capture() as caught:
        console.print(render_terminal(summary(build(records, "x"), where=where)))
    return caught.get()


def test_a_note_stands_once_with_all_its_places() -> None:
    (found,) = notes([JUDGED, OTHER, EXPORTED, TIMED])
    assert found.facts == (
        ("m (litert · int8, onnxruntime · int8)", JUDGED.notes[0]),
        ("m (litert · int8)", "fixed batch of 1"),
        ("m (onnx)", "stateful: begins at zero"),
    )
    assert notes([TIMED]) == ()


def test_notes_are_printed_under_the_table() -> None:
    text = printed([JUDGED, EXPORTED])
    table, note = text.index("Signal to"), text.index("m (litert · int8): fixed batch of 1")
    assert table < note < text.index("All 2 cells passed")
    assert "m (onnx): stateful: begins at zero" in text


def test_notes_of_reduced_precision_are_in_the_markdown_report() -> None:
    text = render_markdown(document(build([JUDGED], "x")))
    assert text.index("Signal to noise") < text.index("- m (litert · int8): fixed batch of 1")


def test_where_exported_files_are_is_printed_when_asked_for() -> None:
    assert "m (onnx): dist/m/model.onnx" in printed([EXPORTED], where=True)
    assert "dist/m/model.onnx" not in printed([EXPORTED])
    assert files([replace(EXPORTED, status=Status.ERROR)]) == ()
