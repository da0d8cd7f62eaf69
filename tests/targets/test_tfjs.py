"""What a TF.js export holds, and what it refuses."""

import json
import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.core.errors import Unsupported
from seqbench.runtimes.browser import packages
from seqbench.runtimes.tfjs_model import describe
from seqbench.targets.frozen import freeze
from seqbench.targets.tfjs import writer

LAYERS = keras.layers


def export(layers: list[Any], path: Path, shape: tuple[int, ...], dtype: str = "float32") -> Any:
    model = keras.Sequential([keras.Input(shape, dtype=dtype), *layers])
    return writer.export(freeze(model), path / "model")


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_other_precisions_become_float32(policy: str, tmp_path: Path) -> None:
    layers = [LAYERS.Conv1D(4, 3, dtype=policy), LAYERS.LSTM(4, dtype=policy)]
    exported = export(layers, tmp_path, (8, 3))
    described = describe(tmp_path / "model")
    assert (exported.input.dtype, exported.output.dtype) == ("float32", "float32")
    assert described.output is not None
    assert described.output.dtype == "float32"
    assert exported.notes == ("computes in float32: TF.js has no other precision",)
    text = (tmp_path / "model" / "model.json").read_text()
    assert not re.search("DT_(HALF|BFLOAT16|DOUBLE)", text)


def test_float32_is_left_alone(tmp_path: Path) -> None:
    assert export([LAYERS.Dense(4)], tmp_path, (3,)).notes == ()


def test_an_operation_that_tfjs_lacks_is_refused_with_its_layer(tmp_path: Path) -> None:
    layers = [LAYERS.Hashing(4, name="buckets")]
    said = "^layer 'buckets': operation AsString has no equivalent in TF.js: "
    with pytest.raises(Unsupported, match=said):
        export(layers, tmp_path, (3,), "int64")
    assert not (tmp_path / "model").exists()


def test_the_table_is_of_the_locked_package() -> None:
    table = json.loads(writer.OPS_FILE.read_text())
    lock = json.loads((packages.PAGE / "package-lock.json").read_text())
    name, version = table["package"].split()
    assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_the_table_holds_what_the_converter_executes() -> None:
    script = packages.web_modules() / "tf-converter.min.js"
    known = set(re.findall(r'tfOpName:"(\w+)"', script.read_text(encoding="utf-8")))
    ops = set(json.loads(writer.OPS_FILE.read_text())["ops"])
    assert ops <= known
    assert {op for op in known - ops if not op.startswith("SimpleML")} == set()


def test_what_tfjs_lacks_has_a_stand_in() -> None:
    assert {np.dtype(dtype).itemsize for dtype in writer.DTYPES.values()} == {4}


def test_what_the_wasm_backend_lacks_is_refused(tmp_path: Path) -> None:
    spectrum = LAYERS.Lambda(lambda x: keras.ops.rfft(x)[0], name="spectrum")
    said = "layer 'spectrum': operation (RFFT|Real|Complex) has no equivalent in TF.js: its wasm"
    with pytest.raises(Unsupported, match=said):
        export([spectrum], tmp_path, (8,))
    ops = json.loads(writer.OPS_FILE.read_text())["ops"]
    assert set(ops) >= writer.NOT_IN_WASM


def test_a_float64_convolution_stays_one(tmp_path: Path) -> None:
    exported = export([LAYERS.Conv2D(3, 3, dtype="float64")], tmp_path, (6, 6, 2))
    assert "Conv2D" in exported.ops
    assert not any("MatMul" in op for op in exported.ops)


@pytest.mark.parametrize(
    ("layer", "dtype", "op"),
    [
        (LAYERS.StringLookup(vocabulary=["a"], name="words"), "string", "LookupTableFindV2"),
        (
            LAYERS.StringLookup(vocabulary=["a"], invert=True, name="words"),
            "int64",
            "LookupTableFindV2",
        ),
        (LAYERS.Hashing(3, name="words"), "string", "StringToHashBucketFast"),
        (LAYERS.TextVectorization(vocabulary=["a"], name="words"), "string", "StringLower"),
    ],
)
def test_words_are_refused_by_the_layer_that_reads_them(
    layer: Any, dtype: str, op: str, tmp_path: Path
) -> None:
    said = (
        f"layer 'words': operation {op} has no equivalent in TF.js: TF.js has hardly an operation"
    )
    with pytest.raises(Unsupported, match=said):
        export([layer], tmp_path, (1,), dtype)
