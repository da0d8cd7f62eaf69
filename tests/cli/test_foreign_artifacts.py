"""Artifacts that somebody else made, through the whole of `verify`: refused, ended, or judged."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

from seqbench import Status, api
from seqbench.cli.main import main
from seqbench.core.record import Record

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A saved model that doubles its input of three numbers."""
    import keras

    path = tmp_path_factory.mktemp("model") / "double.keras"
    keras.Sequential([keras.Input((3,)), keras.layers.Rescaling(2.0)], name="double").save(path)
    return str(path)


def saved_model(folder: Path, mark: Path, secret: Path) -> Path:
    """Save a module that doubles its input, reads one file and writes another."""
    import tensorflow as tf

    def serve(x: Any) -> dict[str, Any]:
        tf.io.write_file(str(mark), tf.io.read_file(str(secret)))
        return {"output": 2.0 * x}

    module = tf.Module()
    spec = tf.TensorSpec((None, 3), tf.float32, name="input")
    module.serve = tf.function(serve, input_signature=[spec])
    tf.saved_model.save(module, str(folder), signatures=module.serve)
    return folder


def test_a_saved_model_that_reads_and_writes_files(tmp_path: Path, model: str) -> None:
    mark, secret = tmp_path / "mark", tmp_path / "secret"
    secret.write_text("secret")
    path = saved_model(tmp_path / "m", mark, secret)
    done = CliRunner().invoke(main, ["verify", str(path), model])
    assert done.exit_code == 2
    assert not mark.exists()
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"seqbench: {path}: could run code or reach files beside it by ReadFile")
    assert "WriteFile (in __inference_serve_" in line
    assert line.endswith("; pass --allow-code if you trust it")
    done = CliRunner().invoke(main, ["verify", str(path), model, "--allow-code", "--json", "-"])
    assert done.exit_code == 0, done.output
    assert mark.read_text() == "secret"


def onnx_model(path: Path, nodes: list[Any], weights: list[Any]) -> Path:
    """Write a model from `x` to `y`, both of three numbers a row."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3])
    graph = helper.make_graph(nodes, "g", [x], [y], weights)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def endless(path: Path) -> Path:
    """Write a model that doubles its input after a loop of 2**63 - 1 turns."""
    held = helper.make_tensor_value_info("held", TensorProto.BOOL, [])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["held"], ["held_out"]),
            helper.make_node("Neg", ["value"], ["value_out"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            held,
            helper.make_tensor_value_info("value", TensorProto.FLOAT, [None, 3]),
        ],
        [
            helper.make_tensor_value_info("held_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value_out", TensorProto.FLOAT, [None, 3]),
        ],
    )
    weights = [
        numpy_helper.from_array(np.array(2**63 - 1), "turns"),
        numpy_helper.from_array(np.array(True), "true"),
    ]
    nodes = [helper.make_node("Loop", ["turns", "true", "x"], ["y"], body=body)]
    return onnx_model(path, nodes, weights)


def verified(artifact: Path, model: str, timeout_s: float) -> Record:
    (record,) = api.verify(artifact, model, timeout_s=timeout_s)
    assert record.status is Status.ERROR
    return record


def test_a_time_out_ends_an_endless_loop_of_onnx(tmp_path: Path, model: str) -> None:
    record = verified(endless(tmp_path / "m.onnx"), model, 6)
    assert record.reason is not None
    assert record.reason.startswith("timed out: no word for 6 s")


def test_a_time_out_ends_an_endless_loop_of_a_saved_model(tmp_path: Path, model: str) -> None:
    import tensorflow as tf

    module = tf.Module()
    spec = tf.TensorSpec((None, 3), tf.float32, name="input")
    module.serve = tf.function(
        lambda x: tf.while_loop(lambda _: True, lambda x: [-x], [x]), input_signature=[spec]
    )
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.serve)
    record = verified(tmp_path / "m", model, 6)
    assert record.reason is not None
    assert record.reason.startswith("timed out: no word for 6 s")


def test_a_time_out_ends_an_endless_loop_of_tflite(tmp_path: Path, model: str) -> None:
    import tensorflow as tf

    spec = tf.TensorSpec((1, 3), tf.float32, name="input")
    function = tf.function(
        lambda x: tf.while_loop(lambda x: tf.reduce_all(x * x >= 0), lambda x: [-x], [x]),
        input_signature=[spec],
    )
    concrete = function.get_concrete_function()
    converted = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module()).convert()
    (tmp_path / "m.tflite").write_bytes(converted)
    record = verified(tmp_path / "m.tflite", model, 6)
    assert record.reason is not None
    assert record.reason.startswith("timed out: no word for 6 s")


def test_a_memory_bomb_of_onnx_is_an_error(tmp_path: Path, model: str) -> None:
    pieces, count = 4, 100_000_000_000  # of 400 GB each
    nodes = [
        helper.make_node("ConstantOfShape", [f"shape{i}"], [f"large{i}"]) for i in range(pieces)
    ]
    names = [f"large{i}" for i in range(pieces)]
    nodes += [
        helper.make_node("Concat", names, ["large"], axis=0),
        helper.make_node("ReduceSum", ["large"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    shapes = [numpy_helper.from_array(np.array([count]), f"shape{i}") for i in range(pieces)]
    record = verified(onnx_model(tmp_path / "m.onnx", nodes, shapes), model, 120)
    assert record.reason is not None
    assert "timed out" not in record.reason


@pytest.mark.parametrize("value", ["0", "-1", "nan"])
def test_a_time_out_is_more_than_nothing(tmp_path: Path, model: str, value: str) -> None:
    done = CliRunner().invoke(main, ["verify", str(tmp_path), model, "--timeout", value])
    assert done.exit_code == 2
    assert done.stderr == f"seqbench: timeout {value}: expected more than 0 seconds\n"
