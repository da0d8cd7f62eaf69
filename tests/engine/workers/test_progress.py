"""People hear of a job every few seconds, whatever it says itself."""

from pathlib import Path

import pytest

from seqbench.core.record import Cell, Kind
from seqbench.engine.jobs.inspect import Inspect
from seqbench.engine.jobs.peak import MeasurePeak
from seqbench.engine.workers import pool, progress
from seqbench.engine.workers.messages import Event, Message, patience_s
from seqbench.engine.workers.pool import Workers
from seqbench.engine.workers.progress import Progress
from seqbench.models.snapshot import pin
from seqbench.models.source import resolve

VERIFY = Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime")
INFER = Cell(model="m", kind=Kind.INFER, target="onnx", runtime="onnxruntime", batch_size=1)


def started(*messages: tuple[Event, str, float]) -> Progress:
    found = Progress.start(Inspect(sources=(), cells=(VERIFY, INFER)), 0.0)
    for event, value, now in messages:
        found.hear(Message(event=event, value=value), now)
    return found


def said(found: Progress, now: float) -> str | None:
    word = found.word(now)
    return None if word is None else str(word.value)


def test_a_silent_job_is_spoken_of_every_five_seconds() -> None:
    found = started(("say", "m: exporting to tflite", 2.0))
    assert said(found, 6.9) is None
    assert said(found, 7.0) == "m: exporting to tflite, for 5 s"
    assert said(found, 11.9) is None
    assert said(found, 12.1) == "m: exporting to tflite, for 10 s"


def test_its_steps_are_told_though_they_come_often() -> None:
    found = started(("say", "m: the reference", 0.0))
    words = []
    for second in range(12):
        found.hear(Message(event="step", value=f"batch {second}"), second)
        words.append(said(found, second))
    assert [word for word in words if word] == [
        "m: the reference: batch 5, for 5 s",
        "m: the reference: batch 10, for 10 s",
    ]


def test_what_says_nothing_by_itself_has_a_name() -> None:
    assert said(started(), 6.0) == "loading the models, for 6 s"


def test_nothing_is_said_while_something_is_timed() -> None:
    assert said(started(("say", "timing", 0.0), ("begin", INFER.key, 1.0)), 20.0) is None
    assert said(started(("say", "running", 0.0), ("begin", VERIFY.key, 1.0)), 20.0) is not None
    over = started(("begin", INFER.key, 1.0), ("record", INFER.key, 2.0))
    assert said(over, 20.0) is not None
    assert Progress.start(MeasurePeak(needs=None), 0.0).word(99.0) is None


def test_more_weights_have_more_time() -> None:
    assert patience_s(0) == 900
    assert patience_s(400_000_000) == 1700


@pytest.mark.slow
def test_a_real_job_that_sleeps_is_spoken_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pool, progress):
        monkeypatch.setattr(module, "EVERY_S", 0.2)
    path = tmp_path / "mine.py"
    path.write_text("import time\ntime.sleep(1.5)\nmodel = 3")
    heard: list[Message] = []
    with Workers(tmp_path, heard.append) as workers:
        workers.run(Inspect(sources=(pin(resolve(str(path)), allow_code=False),)))
    waits = [str(message.value) for message in heard if message.event == "wait"]
    assert len(waits) >= 3
    assert all(wait.startswith("loading the models, for ") for wait in waits)
