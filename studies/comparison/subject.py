"""ONNX models of equal matrix products in a row: more of them is more work, by a known part."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqbench.comparison.ab.child import Work
from seqbench.comparison.ab.process_pair import BLOCK_S, Launch
from studies.comparison import truth

NODES = {0: 100, 2: 102, 5: 105}
"""Products in a row, by the percentage of work that is added."""

WIDTH, ROWS = 64, 12
"""A product of 12 x 64 by 64 x 64 takes about a microsecond, on one thread: larger ones would be
split. Many of them make what a call costs beside its products small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Where the models and their inputs are."""

    folder: Path

    def model(self, percent: int) -> Path:
        """Return the model with so much more work."""
        return self.folder / f"{NODES[percent]}.onnx"

    @property
    def inputs(self) -> Path:
        """Four batches, shape (4, `ROWS`, `WIDTH`)."""
        return self.folder / "inputs.npy"

    def launch(self, percent: int) -> Launch:
        """Return how `seqbench ab` starts a process of this model."""
        return Launch(
            command=(sys.executable, "-P", "-m", "seqbench.comparison.ab.child"),
            environment=os.environ,
            work=Work(
                runtime="onnxruntime",
                artifact=self.model(percent),
                inputs=self.inputs,
                device="cpu",
                threads=1,
                block_s=BLOCK_S,
            ),
        )


def make(folder: Path) -> Subject:
    """Write the models and their inputs."""
    folder.mkdir(parents=True, exist_ok=True)
    subject = Subject(folder=folder)
    generator = np.random.default_rng(0)
    for percent, nodes in NODES.items():
        _write(subject.model(percent), nodes, generator)
    x = generator.standard_normal((4, ROWS, WIDTH)).astype(np.float32)
    np.save(subject.inputs, x, allow_pickle=False)
    return subject


def measured(subject: Subject, seconds: float) -> dict[int, truth.Ratio]:
    """Return what the added work is in time, by its percentage: see `truth`."""
    return {
        percent: truth.measure(subject.model(0), subject.model(percent), subject.inputs, seconds)
        for percent in NODES
        if percent
    }


def _write(path: Path, nodes: int, generator: np.random.Generator) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    # Orthogonal: values neither grow nor fade, so that every product does the same work.
    weights, _ = np.linalg.qr(generator.standard_normal((WIDTH, WIDTH)))
    names = ["input", *(f"x{i}" for i in range(1, nodes)), "output"]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", [names[i], "w"], [names[i + 1]]) for i in range(nodes)],
        "chain",
        [value("input", TensorProto.FLOAT, [None, WIDTH])],
        [value("output", TensorProto.FLOAT, [None, WIDTH])],
        [numpy_helper.from_array(weights.astype(np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
