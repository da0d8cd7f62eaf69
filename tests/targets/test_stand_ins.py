"""Large weights are kept out of tf2onnx, and are in the file."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from keras import layers
from onnx import numpy_helper

from seqbench.models.weights import perturb
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.targets.graph_rewrites import ONNX, rewritten
from seqbench.targets.onnx import stand_ins


def words() -> Any:
    """A model with a large table, a large kernel, and a large constant that is added."""
    keras.utils.set_random_seed(0)
    stack = [
        keras.Input((4,), dtype="int32"),
        layers.Embedding(1100, 64, name="table"),
        layers.Flatten(),
        layers.Dense(300, name="kernel"),
        layers.Reshape((1, 300)),
        layers.ZeroPadding1D((0, 299)),
        layers.Normalization(axis=(1, 2), mean=np.ones((300, 300)), variance=np.ones((300, 300))),
    ]
    return keras.Sequential(stack)


def test_weights_are_taken_out_where_tf2onnx_needs_their_shape_alone() -> None:
    model = words()
    graph_def = rewritten(freeze(model).function.graph.as_graph_def(), ONNX)
    large = [node.name for node in graph_def.node if node.ByteSize() > stand_ins.LEAST_BYTES]
    weights = stand_ins.take_out(graph_def)
    assert sorted(value.shape for value in weights.values()) == [(256, 300), (1100, 64)]
    assert len(large) > len(weights)
    left = [node.name for node in graph_def.node if node.ByteSize() > stand_ins.LEAST_BYTES]
    assert set(left) == set(large) - {name.removesuffix(":0") for name in weights}


def test_a_file_holds_what_was_taken_out(tmp_path: Path) -> None:
    model = words()
    frozen = freeze(model)
    TARGETS["onnx"].export(frozen, tmp_path / "model.onnx")
    graph = onnx.load(tmp_path / "model.onnx").graph
    assert [value.name for value in graph.input] == ["input"]
    held = [numpy_helper.to_array(value) for value in graph.initializer]
    for weight in (model.layers[0].embeddings, model.get_layer("kernel").kernel):
        assert any(np.array_equal(weight, value) for value in held)


def test_tf2onnx_is_given_no_weight_that_was_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tf2onnx import convert

    seen: list[int] = []
    plain = convert.from_graph_def

    def watched(graph_def: Any, **words: Any) -> Any:
        seen.append(max(node.ByteSize() for node in graph_def.node))
        return plain(graph_def, **words)

    monkeypatch.setattr(convert, "from_graph_def", watched)
    model = keras.Sequential([keras.Input((300,)), layers.Dense(300)])
    TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    assert seen[0] < stand_ins.LEAST_BYTES


def convolutions(kind: str) -> Any:
    """A model of a large kernel with a scale and an offset behind it, and its inputs' shape."""
    keras.utils.set_random_seed(0)
    kernel, shape = {
        "Conv1D": (layers.Conv1D(200, 5, use_bias=False), (9, 70)),
        "Conv2D": (layers.Conv2D(130, 3, padding="same", use_bias=False), (6, 5, 60)),
        "Conv2D, bias": (layers.Conv2D(130, 3), (6, 5, 60)),
        "Conv2D, dilated": (layers.Conv2D(130, 3, dilation_rate=2, use_bias=False), (9, 8, 60)),
        "Conv2DTranspose": (layers.Conv2DTranspose(60, 3, strides=2), (4, 3, 130)),
        "Conv3D": (layers.Conv3D(60, 3, use_bias=False), (4, 4, 4, 50)),
    }[kind]
    model = keras.Sequential([keras.Input(shape), kernel, layers.BatchNormalization()])
    model.add(layers.ReLU())
    perturb(model, 0)
    return model


@pytest.mark.parametrize(
    "kind", ["Conv1D", "Conv2D", "Conv2D, bias", "Conv2D, dilated", "Conv2DTranspose", "Conv3D"]
)
def test_large_kernels_of_convolutions_end_as_tf2onnx_has_them(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = convolutions(kind)
    frozen = freeze(model)
    kernel = model.layers[0].kernel.numpy()
    graph_def, taken = stand_ins.freeze_others(frozen.traced)
    assert [value.size for value in taken.values()] == [kernel.size]
    assert graph_def.ByteSize() < kernel.nbytes / 4
    consts = stand_ins.take_out(rewritten(frozen.function.graph.as_graph_def(), ONNX))
    assert [value.size for value in consts.values()] == [kernel.size]
    TARGETS["onnx"].export(frozen, tmp_path / "model.onnx")
    monkeypatch.setattr(stand_ins, "LEAST_BYTES", 1 << 40)
    TARGETS["onnx"].export(frozen, tmp_path / "plain.onnx")
    found, plain = (onnx.load(tmp_path / f"{name}.onnx").graph for name in ("model", "plain"))
    assert [node.op_type for node in found.node] == [node.op_type for node in plain.node]
    sizes = [
        sorted(numpy_helper.to_array(it).size for it in graph.initializer)
        for graph in (found, plain)
    ]
    assert sizes[0] == sizes[1]
    x = np.random.default_rng(0).standard_normal((3, *model.input_shape[1:]), np.float32)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (answer,) = session.run(None, {"input": x})
    np.testing.assert_allclose(answer, np.asarray(model(x)), rtol=1e-4, atol=1e-5)


def test_a_kernel_that_two_convolutions_share_keeps_their_scales_apart(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    shared = layers.Conv2D(90, 3, padding="same", use_bias=False)
    model = keras.Sequential([keras.Input((4, 4, 90)), shared, layers.BatchNormalization()])
    model.add(shared)
    model.add(layers.BatchNormalization())
    perturb(model, 0)
    TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    x = np.random.default_rng(0).standard_normal((2, 4, 4, 90), np.float32)
    (answer,) = onnxruntime.InferenceSession(tmp_path / "model.onnx").run(None, {"input": x})
    np.testing.assert_allclose(answer, np.asarray(model(x)), rtol=1e-3, atol=1e-4)
