"""What ONNX needs rewritten computes the same, and its own handlers run in ONNX Runtime."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tensorflow as tf

from seqbench.runtimes import onnxruntime
from seqbench.targets.graph_rewrites import ONNX, bfloat16, rewritten
from seqbench.targets.onnx.tf2onnx_fixes import optimizers, scale
from seqbench.targets.onnx.tf2onnx_fixes import pads as onnx_pads
from seqbench.targets.onnx.writer import HANDLERS, OPSET
from tests.targets.graph_rewrites.test_rewrites import graph_of, in_a_loop, run

VALUES = np.linspace(-4, 4, 12).reshape(3, 4)
EDGES = [-1.0, 0.0, 0.5, 4.0]
UNITS = np.array([[0, 2], [5, -1]], np.int32)


def buckets(x: Any) -> Any:
    return tf.raw_ops.Bucketize(input=x, boundaries=EDGES)


def one_hot(x: Any) -> Any:
    return tf.one_hot(x, 4, axis=1, on_value=3, off_value=-1, dtype=tf.int64)


def in_a_loop_of_its_own(body: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run a body that changes shape or dtype inside a loop, as its sum."""

    def reduced(x: Any) -> Any:
        return x + tf.cast(tf.reduce_sum(tf.cast(body(x), tf.float64)), x.dtype)

    return in_a_loop(reduced)


@pytest.mark.parametrize("wrap", [lambda body: body, in_a_loop_of_its_own], ids=["top", "loop"])
@pytest.mark.parametrize(
    ("function", "x", "gone"),
    [
        (buckets, VALUES.astype("float32"), "Bucketize"),
        (buckets, VALUES, "Bucketize"),
        (buckets, VALUES.astype("int32"), "Bucketize"),
        (tf.nn.elu, VALUES, "Elu"),
        (tf.nn.selu, VALUES * 100, "Selu"),
        (tf.nn.softsign, VALUES, "Softsign"),
        (tf.sigmoid, VALUES * 300, "Sigmoid"),
        (tf.math.erf, VALUES * 3, "Erf"),
        (tf.math.erfc, VALUES * 3, "Erfc"),
        (one_hot, UNITS, None),
    ],
)
def test_a_rewrite_computes_the_same(function: Any, x: np.ndarray, gone: str, wrap: Any) -> None:
    graph, source, sink = graph_of(wrap(function), x)
    changed = rewritten(graph, ONNX)
    bodies = [changed.node, *(body.node_def for body in changed.library.function)]
    assert changed != graph
    assert gone not in [node.op for nodes in bodies for node in nodes]
    expected, found = run(graph, source, sink, x), run(changed, source, sink, x)
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_erf_is_the_c_librarys_to_the_last_places_of_1() -> None:
    x = np.linspace(-7, 7, 14_001)
    for function, exact in ((tf.math.erf, math.erf), (tf.math.erfc, math.erfc)):
        graph, source, sink = graph_of(function, x)
        found = run(rewritten(graph, ONNX), source, sink, x)
        assert np.abs(found - [exact(value) for value in x]).max() < 1e-15


def test_nan_falls_in_tensorflows_bucket() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.5], "float32")
    graph, source, sink = graph_of(buckets, x)
    found = run(rewritten(graph, ONNX), source, sink, x)
    np.testing.assert_array_equal(found, run(graph, source, sink, x))


@pytest.mark.parametrize("function", [tf.nn.elu, tf.nn.softsign, tf.math.erf])
def test_float32_units_are_left_alone(function: Any) -> None:
    graph, *_ = graph_of(function, VALUES.astype("float32"))
    assert rewritten(graph, ONNX) == graph


def test_bfloat16_becomes_float32_everywhere() -> None:
    def function(x: Any) -> Any:
        weights = tf.constant(VALUES.T[:4, :3], tf.bfloat16)

        def body(y: Any) -> Any:
            return tf.matmul(tf.matmul(y, weights), weights, transpose_b=True)

        return tf.cast(in_a_loop(body)(tf.cast(x, tf.bfloat16)), tf.float32)

    x = VALUES.astype("float32")
    graph, source, sink = graph_of(function, x)
    changed = bfloat16.in_float32(graph)
    assert "DT_BFLOAT16" in str(graph)
    assert "DT_BFLOAT16" not in str(changed)
    expected, found = run(graph, source, sink, x), run(changed, source, sink, x)
    np.testing.assert_allclose(found, expected, rtol=0.1, atol=0.5)
    np.testing.assert_allclose(found, x @ np.round(VALUES.T[:4, :3], 9) @ VALUES[:3, :4], rtol=0.02)


def converted(function: Any, spec: Any, path: Path) -> Any:
    """Write a function of one tensor as ONNX with our handlers, and load it."""
    from tf2onnx.convert import from_graph_def

    graph = tf.function(function, autograph=False).get_concrete_function(spec).graph
    with optimizers.restrict_optimizers(copies=False):
        model, _ = from_graph_def(
            rewritten(graph.as_graph_def(), ONNX),
            input_names=[graph.inputs[0].name],
            output_names=[graph.outputs[0].name],
            opset=OPSET,
            custom_op_handlers=dict(HANDLERS),
        )
    scale.keep_scale_unfused(model.graph)
    onnx.save(model, str(path))
    ops = {node.op_type for node in model.graph.node}
    return onnxruntime.load(path, "cpu", 1), ops


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("size", [(12, 14), (5, 4), (16, 9), (8, 3)])
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_a_bilinear_resize_is_tensorflows(
    dtype: str, size: tuple[int, int], free: bool, tmp_path: Path
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 9, 3)).astype(dtype)
    space = (None, None) if free else (8, 9)
    spec = tf.TensorSpec((None, *space, 3), dtype)
    session, ops = converted(lambda x: tf.image.resize(x, size), spec, tmp_path / "m.onnx")
    assert "Resize" not in ops
    np.testing.assert_array_equal(session.run(images), tf.image.resize(images, size))


def test_a_bilinear_resize_of_old_is_left_to_tf2onnx(tmp_path: Path) -> None:
    def old(x: Any) -> Any:
        return tf.compat.v1.image.resize_bilinear(x, [4, 6])

    images = np.random.default_rng(0).random((2, 8, 9, 3)).astype("float32")
    spec = tf.TensorSpec((None, 8, 9, 3), "float32")
    session, ops = converted(old, spec, tmp_path / "m.onnx")
    assert "Resize" in ops
    np.testing.assert_allclose(session.run(images), old(images), atol=1e-5)


@pytest.mark.parametrize(
    ("pads", "expected", "padding"),
    [
        ([-1, 0, -1, 1], [0, 0, 0, 1], [2, 0]),
        ([0, 0, -1, 0], [0, 0, 0, 0], [1, 0]),
        ([1, 0, 1, 1], [1, 0, 1, 1], None),
    ],
)
def test_negative_pads_pad_the_output(
    pads: list[int], expected: list[int], padding: list[int] | None
) -> None:
    node = onnx.helper.make_node("ConvTranspose", ["x", "w"], ["y"], pads=pads, strides=[3, 2])
    onnx_pads.mend(node)
    found = {each.name: list(each.ints) for each in node.attribute}
    assert found["pads"] == expected
    assert found.get("output_padding") == padding


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("function", "op"),
    [
        (tf.math.log, "Log"),
        (lambda x: tf.sort(x, direction="DESCENDING"), "TopK"),
        (lambda x: tf.cast(tf.math.top_k(x, 2).indices, x.dtype), "TopK"),
    ],
)
def test_float64_stays_float64(function: Any, op: str, dtype: str, tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(0.5, 2, (3, 4)).astype(dtype)
    session, ops = converted(function, tf.TensorSpec((None, 4), dtype), tmp_path / "a.onnx")
    assert op in ops
    found, expected = session.run(x), function(tf.constant(x)).numpy()
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-15 if dtype == "float64" else 1e-6)


@pytest.mark.parametrize(("dtype", "pooled"), [("float32", True), ("float64", False)])
@pytest.mark.parametrize("reduce", [tf.reduce_mean, tf.reduce_max])
def test_only_float32_is_pooled_globally(
    reduce: Any, dtype: str, pooled: bool, tmp_path: Path
) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)).astype(dtype)

    def function(y: Any) -> Any:
        return reduce(y, axis=(2, 3)) + tf.constant(1, dtype)

    session, ops = converted(function, tf.TensorSpec((None, 3, 4, 5), dtype), tmp_path / "a.onnx")
    assert any(op.startswith("Global") for op in ops) is pooled
    found, expected = session.run(x), function(tf.constant(x)).numpy()
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6 if pooled else 1e-14)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("size", "stride"), [((1, 2), 2), ((2, 1), 3), ((3, 3), 2)])
def test_an_open_transposed_convolution_has_its_bias_everywhere(
    size: tuple[int, int], stride: int, bias: bool, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((*size, 4, 3)).astype("float32")
    added = np.arange(1, 5, dtype=np.float32)
    x = rng.standard_normal((2, 5, 6, 3)).astype("float32")

    def function(y: Any) -> Any:
        batch, *space = tf.unstack(tf.shape(y)[:-1])
        target = tf.stack([batch, *(dim * stride for dim in space), 4])
        z = tf.nn.conv2d_transpose(y, kernel, target, stride)
        return tf.tanh(tf.nn.bias_add(z, added) if bias else z)

    spec = tf.TensorSpec((None, None, None, 3), "float32")
    session, _ = converted(function, spec, tmp_path / "a.onnx")
    np.testing.assert_allclose(session.run(x), function(tf.constant(x)), atol=1e-6)


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("divides", [False, True])
def test_a_float64_factor_stays_float64(before: bool, divides: bool, tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((3, 4))
    weights = np.random.default_rng(1).standard_normal((4, 3))

    def scaled(y: Any) -> Any:
        return y / 0.3 if divides else y * 0.3

    def function(y: Any) -> Any:
        z = scaled(y) if before else y
        z = tf.matmul(z, weights)
        return tf.exp(z if before else scaled(z))

    session, _ = converted(function, tf.TensorSpec((None, 4), "float64"), tmp_path / "a.onnx")
    np.testing.assert_allclose(session.run(x), function(tf.constant(x)), rtol=1e-14)


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "float16", "bool", "int8", "int16", "int32", "int64", "uint8"]
)
def test_a_choice_of_any_dtype(dtype: str, tmp_path: Path) -> None:
    x = np.arange(-6, 6).reshape(3, 4).astype(dtype)
    other = np.flip(x, -1)[:1]

    def function(y: Any) -> Any:
        return tf.where(tf.cast(y, tf.float32) > 0, y, other)

    session, ops = converted(function, tf.TensorSpec((None, 4), dtype), tmp_path / "a.onnx")
    assert "Where" in ops
    found, expected = session.run(x), function(tf.constant(x)).numpy()
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_what_is_not_chosen_is_not_looked_at(tmp_path: Path) -> None:
    x = np.array([[-1.0, 0.5, 200.0, np.nan]], "float32")

    def function(y: Any) -> Any:
        return tf.where(y < 1, tf.exp(y * y), tf.constant(3.0))

    session, _ = converted(function, tf.TensorSpec((None, 4), "float32"), tmp_path / "a.onnx")
    np.testing.assert_allclose(session.run(x), function(tf.constant(x)), rtol=1e-6)


def test_a_reshape_that_is_the_output_keeps_its_rank(tmp_path: Path) -> None:
    from tf2onnx import optimizer
    from tf2onnx.graph import GraphUtil

    kept = onnx.numpy_helper.from_array(np.array([0, 2, 3]), "kept")
    nodes = [
        onnx.helper.make_node("Shape", ["x"], ["shape"]),
        onnx.helper.make_node("Gather", ["shape", "kept"], ["target"]),
        onnx.helper.make_node("Reshape", ["x", "target"], ["y"]),
    ]
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["n", 1, "h", "w"])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["n", "h", "w"])
    graph = onnx.helper.make_graph(nodes, "g", [x], [y], [kept])
    opset = onnx.helper.make_opsetid("", OPSET)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=8)
    found = GraphUtil.create_graph_from_onnx_model(model)
    with optimizers.restrict_optimizers(copies=False):
        for name in ("remove_identity", "reshape_optimizer"):  # in the order of bad luck
            found = optimizer._optimizers[name]().optimize(found, 0)
    onnx.save(found.make_model("g"), str(tmp_path / "a.onnx"))
    session = onnxruntime.load(tmp_path / "a.onnx", "cpu", 1)
    assert session.run(np.zeros((2, 1, 3, 4), "float32")).shape == (2, 3, 4)
