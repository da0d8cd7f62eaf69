"""ONNX Runtime's small probabilities are right to their last digits."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqbench.runtimes import onnxruntime
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.targets.graph_rewrites import last_sigmoid, rewritten
from seqbench.targets.graph_rewrites.editor import Rewrite

LAYERS = keras.layers


def count(layers: list[Any], rewrites: tuple[Rewrite, ...]) -> int:
    graph = freeze(keras.Sequential(layers)).function.graph.as_graph_def()
    changed = rewritten(graph, rewrites)
    bodies = [changed.node, *(body.node_def for body in changed.library.function)]
    return sum(node.op == "Sigmoid" for body in bodies for node in body)


@pytest.mark.parametrize(
    ("layers", "left"),
    [
        ([keras.Input((4,)), LAYERS.Dense(3, activation="sigmoid")], 0),
        ([keras.Input((4,)), LAYERS.Dense(4, "sigmoid"), LAYERS.Reshape((2, 2))], 0),
        ([keras.Input((4,)), LAYERS.Dense(3, "sigmoid"), LAYERS.Dense(2)], 1),
        ([keras.Input((5, 4)), LAYERS.LSTM(3), LAYERS.Dense(2, "sigmoid")], 3),
        ([keras.Input((5, 4)), LAYERS.SimpleRNN(3, activation="sigmoid")], 1),
    ],
    ids=["last", "reshaped", "inner", "lstm", "rnn"],
)
def test_only_a_last_sigmoid_is_rewritten(layers: list[Any], left: int) -> None:
    before = count(layers, ())
    assert count(layers, (last_sigmoid.REWRITE,)) == left
    assert before >= left


def test_small_probabilities_are_right(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((1,)), LAYERS.Activation("sigmoid")])
    TARGETS["onnx"].export(freeze(model), tmp_path / "model.onnx")
    session = onnxruntime.load(tmp_path / "model.onnx", "cpu", 1)
    x = np.linspace(-85, 20, 400, dtype=np.float32)[:, None]
    want = 1 / (1 + np.exp(-x.astype(np.float64)))
    np.testing.assert_allclose(session.run(x), want, rtol=1e-6)
