"""Exporting again into the folder of an earlier export."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench import api
from seqbench.core.errors import InputError
from seqbench.core.record import Record
from tests.core.test_store import contents


@pytest.fixture(scope="module")
def model() -> Any:
    import keras

    keras.utils.set_random_seed(8)
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="m")
    made.layers[0].set_weights([np.arange(6.0).reshape(3, 2), np.ones(2) * 0.5])
    return made


def save(model: Any, path: Path, shift: float = 0.0) -> None:
    """Write the model, its bias moved."""
    kernel, bias = model.get_weights()
    model.set_weights([kernel, bias + shift])
    try:
        model.save(path)
    finally:
        model.set_weights([kernel, bias])


def export(path: Path, *targets: str, **more: Any) -> Sequence[Record]:
    return api.export(path, out=path.parent / "dist", targets=targets, **more)


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


@pytest.mark.slow
def test_what_was_exported_of_other_weights_goes_and_of_the_same_stays(
    model: Any, tmp_path: Path
) -> None:
    path, folder = tmp_path / "m.keras", tmp_path / "dist" / "m"
    save(model, path)
    export(path, "tflite", variants=("fp16",))
    (folder / "notes.txt").write_text("mine")
    first = manifest_of(folder)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert first["model"]["source"] == {"model": "../../m.keras", "sha256": sha256}

    save(model, path)  # the same weights, in another file: it holds the time
    path.write_bytes(path.read_bytes() + b"more")
    export(path, "onnx")
    assert set(contents(folder)) == {
        *("README.md", "manifest.json", "notes.txt"),
        *("model.onnx", "model.tflite", "model.fp16.tflite"),
    }
    second = manifest_of(folder)
    assert set(second["artifacts"]) == {"tflite", "tflite.fp16", "onnx"}
    assert second["artifacts"]["tflite"] == first["artifacts"]["tflite"]
    assert second["model"]["sha256"] == first["model"]["sha256"]
    assert second["model"]["source"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()

    save(model, path, shift=1)
    records = export(path, "onnx")
    assert set(contents(folder)) == {"README.md", "manifest.json", "notes.txt", "model.onnx"}
    assert (folder / "notes.txt").read_text() == "mine"
    third = manifest_of(folder)
    assert set(third["artifacts"]) == {"onnx"}
    assert third["model"]["sha256"] != first["model"]["sha256"]
    said = "removed what was exported of other weights: model.tflite, model.fp16.tflite"
    assert [record.notes for record in records if said in record.notes]


@pytest.mark.slow
def test_what_a_user_changed_since_is_refused_and_the_other_models_are_done(
    model: Any, tmp_path: Path
) -> None:
    path, folder = tmp_path / "m.keras", tmp_path / "dist" / "m"
    save(model, path)
    export(path, "tflite", "onnx")
    (folder / "model.tflite").write_bytes(b"mine")
    before = contents(folder)
    expected = f"{folder}/model.tflite has changed since it was exported: expected sha256 "
    with pytest.raises(InputError) as refused:  # it would be replaced
        export(path, "tflite")
    assert str(refused.value).startswith(expected)
    save(model, path, shift=1)
    other = tmp_path / "other.keras"
    save(model, other)
    with pytest.raises(InputError) as refused:  # it would be left, or removed
        api.export([path, other], out=tmp_path / "dist", targets=("onnx",))
    assert str(refused.value).startswith(expected)
    assert len(str(refused.value).splitlines()) == 1
    assert contents(folder) == before
    assert set(manifest_of(tmp_path / "dist" / "other")["artifacts"]) == {"onnx"}


def test_a_model_without_a_file_has_no_source(model: Any, tmp_path: Path) -> None:
    api.export(model, out=tmp_path, targets=("onnx",))
    assert manifest_of(tmp_path / "m")["model"]["source"] is None
