"""Large weights are kept out of tf2onnx, and are in the file."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import pytest
from keras import layers
from onnx import numpy_helper

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
