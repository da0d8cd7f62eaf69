"""What is shown of a run on a stream that is no terminal."""

from io import StringIO

from rich.console import Console

from seqbench.cli.progress import show_progress
from seqbench.engine.workers.messages import Message


def test_what_is_said_and_what_is_waited_for_are_lines() -> None:
    written = StringIO()
    with show_progress(Console(file=written), now=iter(range(9)).__next__) as observer:
        observer.planned([])
        observer.message(Message(event="say", value="m: exporting to onnx"))
        observer.message(Message(event="step", value="a part"))
        observer.message(Message(event="wait", value="m: exporting to onnx: a part, for 5 s"))
    lines = written.getvalue().splitlines()
    assert lines == [
        "0 cells to do",
        "[1/?] m: exporting to onnx (1 s)",
        "[1/?] m: exporting to onnx: a part, for 5 s (2 s)",
    ]
