import json
import re
from pathlib import Path
from typing import Any

import pytest

from seqbench.core.errors import LoadError, Unsupported
from seqbench.runtimes.graph_model import describe
from seqbench.runtimes.session import Tensor
from tests.support.graphs import graph_model, write

DATA = Path(__file__).parents[1] / "data" / "tfjs"


def model_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "model.json").read_text())
    return found


@pytest.mark.parametrize(
    ("name", "inputs", "outputs", "asynchronous"),
    [
        ("dense", (None, 6), (None, 3), False),
        ("conv", (None, 8, 8, 2), (None, 3), False),
        ("lstm", (None, 5, 3), (None, 2), True),
    ],
)
def test_fixtures(
    name: str, inputs: tuple[int | None, ...], outputs: tuple[int | None, ...], asynchronous: bool
) -> None:
    described = describe(DATA / name)
    assert described.input == Tensor(name="input", shape=inputs, dtype="float32")
    assert described.output == Tensor(name="output", shape=outputs, dtype="float32")
    assert described.asynchronous is asynchronous
    assert described.files == ("model.json", "group1-shard1of1.bin")


def test_fixed_batch_and_other_types(tmp_path: Path) -> None:
    described = describe(graph_model(tmp_path / "m", ("Identity",), "int32", (2, 0)))
    assert described.input == Tensor(name="input", shape=(2, 0), dtype="int32")
    model = model_of(tmp_path / "m")
    model["signature"]["inputs"]["input"]["dtype"] = "DT_INT64"
    model["signature"]["inputs"]["input"]["tensorShape"]["dim"][1] = {}  # protobuf leaves out 0
    described = describe(write(tmp_path / "m", model))
    assert described.input == Tensor(name="input", shape=(2, 0), dtype="int32")


@pytest.mark.parametrize(
    "op",
    ["While", "StatelessWhile", "If", "StatelessIf", "Switch", "Merge", "Enter", "Exit", "Where",
     "NextIteration",
 "LoopCond", "NonMaxSuppressionV3", "NonMaxSuppressionV5", "HashTableV2",
     "LookupTableFindV2", "ListDiff"],
)  # fmt: skip
def test_what_needs_execute_async(tmp_path: Path, op: str) -> None:
    assert describe(graph_model(tmp_path / "m", (op,))).asynchronous
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    model["modelTopology"]["library"] = {"function": [{"nodeDef": [{"name": "f", "op": op}]}]}
    assert describe(write(tmp_path / "m", model)).asynchronous


@pytest.mark.parametrize("op", ["Identity", "MatMul", "SelectV2", "MergeSummary", "WhereNot"])
def test_what_does_not(tmp_path: Path, op: str) -> None:
    assert not describe(graph_model(tmp_path / "m", (op,))).asynchronous


def test_older_converters_put_the_signature_elsewhere(tmp_path: Path) -> None:
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    model["userDefinedMetadata"] = {"signature": model.pop("signature")}
    assert describe(write(tmp_path / "m", model)).input.name == "input"


def test_captured_resource_is_no_input(tmp_path: Path) -> None:
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    model["signature"]["inputs"]["table"] = {"resourceId": 3, "dtype": "DT_RESOURCE"}
    assert describe(write(tmp_path / "m", model)).input.name == "input"


def test_layers_model_is_unsupported(tmp_path: Path) -> None:
    write(tmp_path / "m", {"format": "layers-model"})
    with pytest.raises(Unsupported, match=r"model\.json is a TF\.js layers-model: only graph mo"):
        describe(tmp_path / "m")


def test_missing_or_damaged_file(tmp_path: Path) -> None:
    place = re.escape(str(tmp_path / "model.json"))
    with pytest.raises(LoadError, match=f"{place} is no TF.js graph model: .*No such file"):
        describe(tmp_path)
    whole = (DATA / "dense" / "model.json").read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        (tmp_path / "model.json").write_bytes(whole[:cut])
        with pytest.raises(LoadError, match=f"{place} is no TF.js graph model: "):
            describe(tmp_path)
    for text in ("[]", "3", "null", '{"modelTopology": 3}', "\x00"):
        (tmp_path / "model.json").write_text(text)
        with pytest.raises(LoadError, match=f"{place} is no TF.js graph model: "):
            describe(tmp_path)
    write(tmp_path, {})
    with pytest.raises(LoadError, match="it has no 'modelTopology'"):
        describe(tmp_path)


def test_several_inputs(tmp_path: Path) -> None:
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    inputs = model["signature"]["inputs"]
    inputs["other"] = inputs["input"]
    with pytest.raises(LoadError, match=r"it has 2 inputs \(input, other\), expected one"):
        describe(write(tmp_path / "m", model))


def test_text_is_no_number(tmp_path: Path) -> None:
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    model["signature"]["outputs"]["output"]["dtype"] = "DT_STRING"
    with pytest.raises(LoadError, match="output is DT_STRING, which is no type of numbers"):
        describe(write(tmp_path / "m", model))


def test_missing_weights_file(tmp_path: Path) -> None:
    model = model_of(DATA / "dense")
    with pytest.raises(LoadError, match=r"names the weights file group1-shard1of1\.bin, which is"):
        describe(write(tmp_path / "m", model))
