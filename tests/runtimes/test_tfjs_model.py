import json
import re
from pathlib import Path
from typing import Any

import pytest

from seqbench.core.errors import LoadError
from seqbench.runtimes.session import Tensor
from seqbench.runtimes.tfjs_model import describe
from tests.support.graphs import graph_model, write

DATA = Path(__file__).parents[1] / "data" / "tfjs"


def model_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "model.json").read_text())
    return found


def input_name(folder: Path) -> str | None:
    found = describe(folder).input
    return found.name if found else None


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
    assert input_name(write(tmp_path / "m", model)) == "input"


def test_captured_resource_is_no_input(tmp_path: Path) -> None:
    model = model_of(graph_model(tmp_path / "m", ("Identity",)))
    model["signature"]["inputs"]["table"] = {"resourceId": 3, "dtype": "DT_RESOURCE"}
    assert input_name(write(tmp_path / "m", model)) == "input"


@pytest.mark.parametrize(
    ("version", "shape"), [("3.15.1", "batch_shape"), ("3.0.5", "none"), ("?", "batch_shape")]
)
def test_a_layers_model_of_keras_3_says_why_no_browser_loads_it(
    tmp_path: Path, version: str, shape: str
) -> None:
    layers = [{"class_name": "InputLayer", "config": {shape: [None, 4], "name": "x"}}]
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": layers}}
    topology = {"keras_version": version, "backend": "tensorflow", "model_config": config}
    model = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    with pytest.raises(LoadError) as caught:
        describe(write(tmp_path / "m", model))
    assert str(caught.value) == (
        f"{tmp_path / 'm' / 'model.json'} is a layers model of Keras 3 (version {version}): TF.js "
        "cannot load it in any browser, as it reads Keras 2's configurations alone "
        "(batch_input_shape where Keras 3 writes batch_shape); write a graph model, as `seqbench "
        "export MODEL --target tfjs` does, or save the model with Keras 2"
    )


@pytest.mark.parametrize("version", ["2.4.0", "2.15.0"])
@pytest.mark.parametrize("of", ["converter", "old converter", "TF.js"])
def test_a_layers_model_is_known_by_its_configuration(
    tmp_path: Path, of: str, version: str
) -> None:
    config = {"class_name": "Sequential", "config": {"name": "m", "layers": []}}
    topology = {"keras_version": version, "model_config": config}
    if of == "TF.js":
        topology = {"keras_version": "tfjs-layers 4.22.0", **config}
    model = {"modelTopology": topology, "weightsManifest": []}
    if of != "old converter":
        model["format"] = "layers-model"
    described = describe(write(tmp_path / "m", model))
    by = "tfjs-layers 4.22.0" if of == "TF.js" else f"Keras {version}"
    assert described.notes == (f"a layers model ({by}), loaded by tf.loadLayersModel",)
    assert described.input is None


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
