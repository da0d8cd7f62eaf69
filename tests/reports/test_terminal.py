from rich.console import Console

from seqbench.core import units
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.reports.rows import build
from seqbench.reports.run import summary
from seqbench.reports.terminal import render_terminal
from tests.support import sample_report


def printed(records: list[Record], *, width: int = 100, colour: bool = False) -> str:
    console = Console(
        width=width, force_terminal=colour, color_system="truecolor" if colour else None
    )
    with console.capture() as caught:
        console.print(render_terminal(summary(build(records, "x"))))
    return caught.get()


def test_failures_are_on_top_and_the_result_is_last() -> None:
    lines = printed(sample_report.broken_run()).splitlines()
    assert lines[0] == "✘ fail digits_cnn: verify onnx in onnxruntime on cpu"
    assert lines[-1] == "8 of 231 cells did not pass; 11 unavailable here"


def test_the_tables_fit_a_narrow_terminal_with_every_value_whole() -> None:
    text = printed(sample_report.run(), width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert all(f" {model} " in text for model in sample_report.MODELS)
    # As the head of a column of the verdicts and of each batch size: never folded.
    assert text.count("onnxruntime") == 3


def test_verdicts_latencies_training_and_sizes_are_shown() -> None:
    text = printed(sample_report.broken_run())
    for words in ("✔ pass 18 %", f"✘ fail 7380{units.TIMES}", "▲ error", "⊘ unsupported"):
        assert words in text
    for caption in ("Verdicts", "call, batch 1", "call, batch 32", "Training", "Size of"):
        assert caption in text
    assert f"○ unavailable gpu (11 cells): {sample_report.NO_GPU}" in " ".join(text.split())


def test_texts_of_records_are_no_markup() -> None:
    cell = Cell(model="[red]m[/red]", kind=Kind.VERIFY, target="onnx", runtime="onnx[/]runtime")
    failed = Record(cell=cell, status=Status.FAIL, reason="[bold]why[/bold] [/nothing]\x1b[31m")
    text = printed([failed], colour=True)
    assert "[red]m[/red]" in text
    assert "[bold]why[/bold] [/nothing]" in text
    assert "onnx[/]runtime" in text


def test_unavailable_is_not_green() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY, target="tfjs", runtime="tfjs-wasm")
    text = printed([Record(cell=cell, status=Status.UNAVAILABLE, reason="none")], colour=True)
    assert "\x1b[32m" not in text
    assert "\x1b[1;32m" not in text
    good = printed([Record(cell=cell, status=Status.PASS)], colour=True)
    assert "\x1b[1;32mAll 1 cells passed" in good


def test_an_empty_run_says_so() -> None:
    assert printed([]) == "No cell ran\n"
