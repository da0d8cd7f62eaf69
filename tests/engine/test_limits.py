"""A model with more weights than a format holds is unsupported there, before any work on it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqbench import api
from seqbench.engine.phases import exports
from seqbench.engine.state import Observer
from seqbench.targets import TARGETS

pytestmark = pytest.mark.slow


def lower(monkeypatch: pytest.MonkeyPatch, names: list[str], size_bytes: int) -> None:
    """Let formats hold no more than a few bytes, as all of them hold no more than 2 GiB."""
    for name in names:
        limit = replace(TARGETS[name].limit, size_bytes=size_bytes)
        monkeypatch.setitem(TARGETS, name, replace(TARGETS[name], limit=limit))


def exported(model: Any, out: Path, targets: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return how each cell ended, with its reason, and what was said meanwhile."""
    said: list[str] = []

    def hear(message: Any) -> None:
        if message.event == "say":
            said.append(message.value)

    records = api.export(model, out=out, targets=targets, observer=Observer(message=hear))
    return {f"{it.cell.kind} {it.cell.target}": f"{it.status}: {it.reason}" for it in records}, said


def test_a_format_that_is_too_small_is_unsupported_and_the_others_pass(
    small_cnn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size_bytes = 4 * small_cnn.count_params()
    lower(monkeypatch, ["tflite"], size_bytes - 1)
    lower(monkeypatch, ["onnx"], size_bytes)
    found, said = exported(small_cnn, tmp_path, ["tflite", "onnx"])
    what = "its weights have 1.73 KiB, and a .tflite file (FlatBuffers) holds at most 1.73 KiB"
    assert size_bytes == 1768
    assert found["export tflite"] == f"unsupported: {what}"
    assert found["verify tflite"] == f"unsupported: not exported: {what}"
    assert found["verify onnx"] == "pass: None"
    assert not (tmp_path / "small_cnn" / "model.tflite").exists()
    assert any("reference" in line for line in said)


def test_nothing_is_worked_out_where_no_format_holds_it(
    small_cnn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower(monkeypatch, list(TARGETS), 1000)
    found, said = exported(small_cnn, tmp_path, ["saved_model", "tflite", "onnx"])
    assert len(found) == 6
    assert all(ended.startswith("unsupported") for ended in found.values())
    assert said == []


def test_targets_of_a_large_model_are_exported_in_processes_of_their_own(
    small_cnn: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def processes(out: Path) -> int:
        """Return in how many processes exports were made."""
        pids: list[Any] = []
        exporting: set[int] = set()

        def hear(message: Any) -> None:
            if message.event == "pid":
                pids.append(message.value)
            if message.event == "say" and "exporting" in message.value:
                exporting.add(pids[-1])

        records = api.export(
            small_cnn, out=out, targets=["tflite", "onnx"], observer=Observer(message=hear)
        )
        assert {record.status for record in records} == {"pass"}
        return len(exporting)

    assert processes(tmp_path / "small") == 1
    monkeypatch.setattr(exports, "LARGE_BYTES", 1768)
    assert processes(tmp_path / "large") == 2
