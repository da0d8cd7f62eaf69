"""The JSON Schemas that ship in the package: of a manifest, and of records."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from seqbench.core import record
from seqbench.core.record import Cell, Kind, Record, Status, encode
from seqbench.runtimes.session import Tensor
from seqbench.targets import TARGETS, Artifact, Exported, manifest
from seqbench.targets.manifest import Model, Source
from tests.support.sample_runs import infer, timed

ONNX = Artifact(target=TARGETS["onnx"])
VERIFIED = Record(
    cell=Cell(model="m", kind=Kind.VERIFY, target="onnx", runtime="onnxruntime"),
    status=Status.FAIL,
    reason="numbers differ",
    max_abs_error=float("nan"),
    tolerance=0.5,
    started_at="2026-11-30T23:04:40.735+00:00",
    details={"weights": {"random": 1.0}},
    machine={"versions": {"seqbench": "0.1.0"}},
)


@pytest.mark.parametrize("module", [record, manifest])
def test_the_files_are_what_the_types_say(module: Any) -> None:
    """To write one again: `json.dumps(module.make_schema(), indent=1)` and a line's end."""
    text = Path(module.__file__).with_suffix(".schema.json").read_text(encoding="utf-8")
    assert text == json.dumps(module.make_schema(), indent=1) + "\n"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def check(module: Any, value: Any) -> None:
    schema = json.loads(Path(module.__file__).with_suffix(".schema.json").read_text())
    jsonschema.validate(value, schema, jsonschema.Draft202012Validator)


def made(folder: Path) -> dict[str, Any]:
    """A manifest as it is written."""
    tensor = Tensor(name="x", shape=(None, 2), dtype="float32")
    source = Source(model="./m.keras", sha256="2")
    (folder / ONNX.filename).write_text("x")
    manifest.claim(folder, Model(name="m", sha256="1", source=source), ONNX)
    exported = Exported(input=tensor, output=tensor, ops=("Add",))
    manifest.add(folder, ONNX, "key", {"onnx": "1"}, exported)
    manifest.add_verdicts(folder, "onnx", [manifest.make_verdict(VERIFIED)])
    found: dict[str, Any] = json.loads((folder / manifest.NAME).read_text())
    return found


def test_what_is_written_is_valid(tmp_path: Path) -> None:
    found = made(tmp_path)
    check(manifest, found)
    (verdict,) = found["artifacts"]["onnx"]["verdicts"]
    assert (verdict["max_abs_error"], verdict["judged_on"]) == ("nan", ["random"])
    for one in (VERIFIED, timed(infer(), 50e-6, 1)):
        check(record, json.loads(json.dumps(encode(one), allow_nan=False)))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(schema=1),
        lambda it: it.pop("model"),
        lambda it: it["artifacts"]["onnx"].pop("files"),
        lambda it: it["artifacts"]["onnx"]["verdicts"][0].update(status="fine"),
        lambda it: it["artifacts"]["onnx"]["verdicts"][0].update(tolerance="small"),
    ],
)
def test_another_manifest_is_not(change: Callable[[Any], object], tmp_path: Path) -> None:
    found = made(tmp_path)
    change(found)
    with pytest.raises(jsonschema.ValidationError):
        check(manifest, found)


@pytest.mark.parametrize(
    "change", [{"schema": 1}, {"kind": "guess"}, {"samples_s": 1}, {"cached": None}]
)
def test_another_record_is_not(change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check(record, {**encode(VERIFIED), **change})
