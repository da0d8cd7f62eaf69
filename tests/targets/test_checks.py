"""TFLite, ONNX and TF.js artifacts that reach out are known before a runtime loads them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from seqbench.core.errors import InputError
from seqbench.targets import TARGETS
from seqbench.targets.checks import refuse_dangers, stays
from seqbench.targets.frozen import freeze
from tests.support.graphs import graph_model


@pytest.mark.parametrize("target", ["tflite", "onnx", "tfjs"])
def test_what_is_exported_here_is_allowed(target: str, tmp_path: Path, small_cnn: Any) -> None:
    path = tmp_path / TARGETS[target].filename
    TARGETS[target].export(freeze(small_cnn), path)
    assert TARGETS[target].check(path) == ()


OUT = ["../w.bin", "/etc/hostname", "a/../../w.bin", "https://example.org/w.bin", "..\\w.bin", ""]


@pytest.mark.parametrize("name", OUT)
def test_weights_of_tfjs_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = graph_model(tmp_path / "m", ("Relu",))
    model = json.loads((path / "model.json").read_text())
    model["weightsManifest"] = [{"paths": ["in.bin", name], "weights": []}]
    (path / "model.json").write_text(json.dumps(model))
    for artifact in (path, path / "model.json"):
        assert TARGETS["tfjs"].check(artifact) == (f"the weights file {name!r}",)


def test_a_link_out_of_the_folder(tmp_path: Path) -> None:
    path = graph_model(tmp_path / "m", ("Relu",))
    (path / "w.bin").symlink_to("/etc/hostname")
    model = json.loads((path / "model.json").read_text())
    model["weightsManifest"] = [{"paths": ["w.bin"], "weights": []}]
    (path / "model.json").write_text(json.dumps(model))
    with pytest.raises(InputError) as caught:
        refuse_dangers(path, TARGETS["tfjs"])
    assert str(caught.value) == (
        f"{path}: could run code or reach files beside it by the weights file 'w.bin'; "
        "pass --allow-code if you trust it"
    )


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "w.bin").symlink_to(tmp_path / "w.bin")
    assert not stays("w.bin", tmp_path)


def external(location: str) -> Any:
    tensor = numpy_helper.from_array(np.ones(3, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def onnx_model(path: Path, *, weight: Any = None, node: Any = None, inside: bool = False) -> Path:
    """Write a model that adds a weight; with `inside`, in a branch of an If."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3])
    weight = weight or numpy_helper.from_array(np.ones(3, np.float32), "w")
    node = node or helper.make_node("Add", ["x", "w"], ["y"])
    if inside:
        branch = helper.make_graph([node], "branch", [], [out], [weight])
        held = numpy_helper.from_array(np.array(True), "held")
        node = helper.make_node("If", ["held"], ["y"], then_branch=branch, else_branch=branch)
        weight = held
    graph = helper.make_graph([node], "g", [value], [out], [weight])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("somebody.else", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("name", [*OUT, "*/_ORT_MEM_ADDR_/*"])
def test_weights_of_onnx_out_of_the_folder(tmp_path: Path, name: str, inside: bool) -> None:
    path = onnx_model(tmp_path / "m.onnx", weight=external(name), inside=inside)
    assert set(TARGETS["onnx"].check(path)) == {f"the weights file {name!r}"}


def test_weights_of_onnx_beside_it_are_allowed(tmp_path: Path) -> None:
    assert TARGETS["onnx"].check(onnx_model(tmp_path / "m.onnx", weight=external("w.bin"))) == ()


@pytest.mark.parametrize("op", ["PythonOp", "EPContext"])
def test_nodes_of_onnx_that_run_code(tmp_path: Path, op: str) -> None:
    node = helper.make_node(op, ["x"], ["y"], domain="com.microsoft")
    (found,) = TARGETS["onnx"].check(onnx_model(tmp_path / "m.onnx", node=node))
    assert found.startswith(f"{op} (it ")


def test_a_node_of_a_foreign_domain_cannot_run_and_is_named(tmp_path: Path) -> None:
    from seqbench.core.errors import LoadError
    from seqbench.runtimes import onnxruntime

    node = helper.make_node("TheirOwn", ["x"], ["y"], domain="somebody.else")
    path = onnx_model(tmp_path / "m.onnx", node=node)
    assert TARGETS["onnx"].check(path) == ()
    with pytest.raises(LoadError, match=r"somebody\.else"):
        onnxruntime.load(path, "cpu", 1)


def tflite(path: Path, *, custom: str | None = None, group: str | None = None) -> Path:
    """Write a TFLite file of one operation, with a group of weights in another file."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    code = schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.CUSTOM if custom else schema.BuiltinOperator.ABS
    code.deprecatedBuiltinCode = code.builtinCode
    code.customCode = custom
    code.version = 1
    tensors = []
    for name in ("x", "y"):
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer = name, [1, 3], 0
        tensors.append(tensor)
    operator = schema.OperatorT()
    operator.inputs, operator.outputs = [0], [1]
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs = tensors, [0], [1]
    graph.operators = [operator]
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [schema.BufferT()]
    if group is not None:
        made = schema.ExternalBufferGroupT()
        made.name = group
        model.externalBufferGroups = [made]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


@pytest.mark.parametrize("name", OUT[:-1])
def test_weights_of_tflite_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert TARGETS["tflite"].check(tflite(tmp_path / "m.tflite", group=name)) == (
        f"the weights file {name!r}",
    )
    assert TARGETS["tflite"].check(tflite(tmp_path / "m.tflite", group="w.bin")) == ()


@pytest.mark.parametrize("name", ["TheirOwn", "FlexWriteFile"])
def test_a_custom_operation_of_tflite_cannot_run_and_is_named(tmp_path: Path, name: str) -> None:
    from seqbench.core.errors import LoadError
    from seqbench.runtimes import litert

    path = tflite(tmp_path / "m.tflite", custom=name)
    assert TARGETS["tflite"].check(path) == ()
    with pytest.raises(LoadError, match=name):
        litert.load(path, "cpu", 1)


@pytest.mark.parametrize("target", list(TARGETS))
@pytest.mark.parametrize("content", [b"", b"hello", b"[" * 5000, b"\xff" * 300])
def test_what_is_damaged_is_for_the_runtime_to_say(
    tmp_path: Path, target: str, content: bytes
) -> None:
    (tmp_path / "model.json").write_bytes(content)
    (tmp_path / "saved_model.pb").write_bytes(content)
    (tmp_path / "m").write_bytes(content)
    assert (
        TARGETS[target].check(tmp_path if target in ("tfjs", "saved_model") else tmp_path / "m")
        == ()
    )


def test_a_damaged_tflite_file_is_not_called_quantized(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    for content in (b"", b"this is no model\n", b"\xff" * 64):
        path.write_bytes(content)
        assert TARGETS["tflite"].quantized(path) is None
