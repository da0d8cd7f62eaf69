"""Verifying the folders that exports made, and what the manifests there then say."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench import api
from seqbench.core import lock
from seqbench.core.errors import InputError
from seqbench.core.record import Status
from seqbench.engine import given
from tests.support.commands import seqbench


def save(path: Path, shift: float = 0.0) -> None:
    import keras

    model = keras.Sequential([keras.Input((32,)), keras.layers.Dense(32)], name="m")
    kernel = np.random.default_rng(0).normal(0, 1, (32, 32))  # so large that TFLite narrows it
    model.layers[0].set_weights([kernel, np.ones(32) * 0.5 + shift])
    model.save(path)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's file beside its exports."""
    home = tmp_path_factory.mktemp("exported")
    save(home / "m.keras")
    api.export(
        home / "m.keras", out=home / "dist", targets=("onnx", "tflite"), variants=("int8-weights",)
    )
    return home


@pytest.fixture
def home(exported: Path, tmp_path: Path) -> Path:
    """A copy: the manifest finds the model from where it lies itself."""
    return Path(shutil.copytree(exported, tmp_path / "moved"))


def manifest_of(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "dist" / "m" / "manifest.json").read_text())
    return found


def write(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    found = manifest_of(home)
    change(found)
    (home / "dist" / "m" / "manifest.json").write_text(json.dumps(found))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_export_writes_down_each_verdict(exported: Path) -> None:
    entries = manifest_of(exported)["artifacts"]
    assert set(entries) == {"onnx", "onnx.int8-weights", "tflite", "tflite.int8-weights"}
    for label, entry in entries.items():
        (verdict,) = entry["verdicts"]
        assert verdict["status"] == "pass", verdict["reason"]
        assert verdict["runtime"] == ("onnxruntime" if "onnx" in label else "litert")
        assert verdict["judged_at"].startswith("20")
        assert "random" in verdict["judged_on"]
        plain = "." not in label
        assert (verdict["tolerance"] is not None) is plain
        assert (verdict["snr_db"] is not None) is not plain
        if plain:
            assert 0 <= verdict["max_abs_error"] <= verdict["tolerance"]
            assert len(verdict["judged_on"]) > 4


def test_a_folder_is_judged_without_its_model_being_named(home: Path) -> None:
    write(home, lambda it: [entry.update(verdicts=[]) for entry in it["artifacts"].values()])
    done = seqbench("verify", home / "dist", "--json", "-")
    assert done.exit_code == 0, done.stderr
    records = json.loads(done.stdout)
    assert {(it["target"], it["variant"], it["status"]) for it in records} == {
        (target, variant, "pass")
        for target in ("onnx", "tflite")
        for variant in ("fp32", "int8-weights")
    }
    assert {Path(it["artifact"]).name for it in records} == {
        *("model.onnx", "model.int8-weights.onnx", "model.tflite", "model.int8-weights.tflite")
    }
    statuses = [
        verdict["status"]
        for entry in manifest_of(home)["artifacts"].values()
        for verdict in entry["verdicts"]
    ]
    assert statuses == ["pass"] * 4
    assert {path.name for path in (home / "dist").iterdir()} == {"m"}  # no lock stays


def test_what_is_written_fits_the_schemas(exported: Path) -> None:
    import jsonschema

    from seqbench.core import record
    from seqbench.targets import manifest

    jsonschema.validate(manifest_of(exported), manifest.make_schema())
    done = seqbench("verify", exported / "dist", "--json", "-")
    for one in json.loads(done.stdout):
        jsonschema.validate(one, record.make_schema())


def test_what_is_not_as_listed_fails_without_being_run(home: Path) -> None:
    folder = home / "dist" / "m"
    whole = sha256(folder / "model.onnx")
    (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes() + b"x")
    (folder / "model.tflite").unlink()
    (folder / "model.fp16.onnx").write_bytes((folder / "model.int8-weights.onnx").read_bytes())
    done = seqbench("verify", folder, "--json", "-")
    assert done.exit_code == 1, done.stderr
    reasons = {Path(it["artifact"]).name: it["reason"] for it in json.loads(done.stdout)}
    assert reasons.pop("model.onnx") == (
        f"model.onnx has changed since it was exported: expected sha256 {whole}, found "
        f"{sha256(folder / 'model.onnx')}"
    )
    listed = manifest_of(home)["artifacts"]
    lost = listed["tflite"]["files"][0]["sha256"]
    assert reasons.pop("model.tflite") == f"model.tflite is missing: expected sha256 {lost}"
    assert "not listed in manifest.json" in reasons.pop("model.fp16.onnx")
    assert set(reasons.values()) == {None}
    verdicts = {label: entry["verdicts"][0]["status"] for label, entry in listed.items()}
    assert verdicts == {
        "onnx": "fail",
        "tflite": "fail",
        "onnx.int8-weights": "pass",
        "tflite.int8-weights": "pass",
    }


def test_what_could_not_be_judged_is_no_pass(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from seqbench.runtimes import RUNTIMES

    away = replace(RUNTIMES["litert"], missing_program=lambda: "no LiteRT")
    monkeypatch.setitem(RUNTIMES, "litert", away)
    done = seqbench("verify", home / "dist")
    assert done.exit_code == 1
    assert f"{home}/dist/m/model.tflite was not judged in litert: no LiteRT" in done.stderr
    (verdict,) = manifest_of(home)["artifacts"]["tflite"]["verdicts"]
    assert verdict["status"] == "pass"  # of the same file, where there was LiteRT


def test_the_verdict_of_one_file_is_written_down_where_it_is_of_what_is_listed(home: Path) -> None:
    write(home, lambda it: it["artifacts"]["onnx"].update(verdicts=[]))
    artifact = home / "dist" / "m" / "model.onnx"
    save(home / "other.keras", shift=1)
    (record,) = api.verify(artifact, home / "other.keras")
    assert record.status is Status.FAIL
    assert "made from another model, or from other weights" in record.notes[-1]
    assert manifest_of(home)["artifacts"]["onnx"]["verdicts"] == []

    (record,) = api.verify(artifact, home / "m.keras")
    (verdict,) = manifest_of(home)["artifacts"]["onnx"]["verdicts"]
    assert verdict["status"] == record.status == "pass"
    assert verdict["max_abs_error"] == record.max_abs_error
    assert record.notes == ()

    artifact.write_bytes(artifact.read_bytes() + b"x")  # no valid file any more, or another one
    before = manifest_of(home)
    (record,) = api.verify(artifact, home / "m.keras")
    assert "it has changed since it was exported" in record.notes[-1]
    assert manifest_of(home) == before


def test_a_folder_in_use_is_left_alone(home: Path) -> None:
    with (
        lock.hold(home / "dist" / f".m{lock.NAME}", "it"),
        pytest.raises(InputError, match=f"{home}/dist/m is in use by process"),
    ):
        api.verify(home / "dist", home / "m.keras")


def test_what_is_wrong_with_a_request_is_one_line(home: Path) -> None:
    dist, path = home / "dist", home / "m.keras"

    def refusal(*words: object) -> str:
        done = seqbench("verify", *words)
        assert done.exit_code == 2
        assert len(done.stderr.splitlines()) == 1
        assert not done.stdout
        return done.stderr

    assert "is an artifact: name the MODEL" in refusal(dist / "m" / "model.onnx")
    assert "says the variant of each file" in refusal(dist, path, "--variant", "int8-weights")
    assert "is of target tflite: run it in one of litert" in refusal(
        dist, path, "--runtime", "onnxruntime"
    )
    before = sha256(path)
    save(path, shift=1)
    assert f"expected sha256 {before}, found {sha256(path)}; export again" in refusal(dist)
    path.unlink()
    assert f"{path}: no such file" in refusal(dist)
    write(home, lambda it: it["model"].update(source=None))
    assert "it was an object in Python: name the MODEL" in refusal(dist / "m")
    shutil.copytree(dist / "m", dist / "n")
    assert f"{dist} holds several models: verify one of m, n" in refusal(dist, "three_class")
    (dist / "n" / "manifest.json").unlink()
    assert f"{dist}/n/manifest.json cannot be read" in refusal(dist)
    write(home, lambda it: it.update(artifacts={}))
    for name in ("model.onnx", "model.tflite"):
        (dist / "m" / name).unlink()
    for path in (dist / "m").glob("model.int8*"):
        path.unlink()
    assert "lists no artifact: nothing is there" in refusal(dist / "m", "three_class")


def test_a_scenario_is_named_by_its_name(home: Path) -> None:
    from seqbench.models.source import resolve

    source = {"model": "three_class", "sha256": sha256(resolve("three_class").path)}
    write(home, lambda it: it["model"].update(source=source))
    assert given.find_models(home / "dist") == ["three_class"]
