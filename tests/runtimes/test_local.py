"""The runtimes of this process: what they refuse, and batches of a fixed size."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import LoadError, Unavailable
from seqbench.runtimes import litert, onnxruntime
from seqbench.runtimes.session import in_batches
from seqbench.targets import TARGETS
from seqbench.targets.frozen import Traces, freeze


@pytest.fixture(scope="module")
def tflite(small_cnn: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tflite") / "model.tflite"
    TARGETS["tflite"].export(Traces(small_cnn).freeze(batch_size=3), path)
    return path


@pytest.fixture(scope="module")
def onnx(small_cnn: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    TARGETS["onnx"].export(freeze(small_cnn), path)
    return path


def test_a_fixed_batch_is_served_in_several_calls(tflite: Path, small_cnn: Any) -> None:
    session = litert.load(tflite, "cpu", 1)
    assert session.input.shape[0] == 3
    x = np.random.default_rng(0).random((7, 8, 8, 1), np.float32)
    assert np.abs(session.run(x) - small_cnn(x).numpy()).max() < 1e-6


def test_batches_are_cut_and_filled() -> None:
    x = np.arange(7)
    assert [list(part) for part in in_batches(x, 3)] == [[0, 1, 2], [3, 4, 5], [6, 6, 6]]
    assert [list(part) for part in in_batches(x, None)] == [list(range(7))]
    assert [list(part) for part in in_batches(x, 7)] == [list(range(7))]


@pytest.mark.parametrize("size", [0, 7, 1000])
@pytest.mark.parametrize("target", ["tflite", "onnx"])
def test_a_truncated_file_does_not_load(
    target: str, size: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    whole = request.getfixturevalue(target)
    part = tmp_path / whole.name
    part.write_bytes(whole.read_bytes()[:size])
    load = {"tflite": litert.load, "onnx": onnxruntime.load}[target]
    with pytest.raises(LoadError, match=f"cannot load {part.name}"):
        load(part, "cpu", 1)


def test_a_missing_provider_is_unavailable(onnx: Path) -> None:
    with pytest.raises(Unavailable, match="no CUDAExecutionProvider: install onnxruntime-gpu"):
        onnxruntime.load(onnx, "gpu", 1)
