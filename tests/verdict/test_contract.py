"""Artifacts that answer otherwise the second time, or in a batch, or under another name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from seqbench.runtimes import onnxruntime
from seqbench.runtimes.session import Session, Tensor
from seqbench.verdict import contract
from seqbench.verdict.judge import Declaration
from seqbench.verdict.tolerance import Case

X = np.random.default_rng(0).standard_normal((32, 4)).astype(np.float32)
INPUT = Tensor(name="input", shape=(None, 4), dtype="float32")
OUTPUT = Tensor(name="output", shape=(None, 4), dtype="float32")
PROMISE = Declaration(input=INPUT, output=OUTPUT)


def session(folder: Path, *nodes: Any, batch: str | int = "batch") -> Session:
    """Return an ONNX file of these nodes, from `input` to `output`, in its runtime."""
    floats = onnx.TensorProto.FLOAT
    values = [
        onnx.helper.make_tensor_value_info(name, floats, [batch, 4]) for name in ("input", "output")
    ]
    graph = onnx.helper.make_graph(list(nodes), "g", values[:1], values[1:])
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.save(model, str(folder / "model.onnx"))
    return onnxruntime.load(folder / "model.onnx", "cpu", 1)


def node(op: str, *names: str, **attributes: Any) -> Any:
    return onnx.helper.make_node(op, list(names[:-1]), [names[-1]], **attributes)


def kept(found: Session, case: Callable[..., Any]) -> str | None:
    judged: Case = replace(case(X.astype(np.float64)), x=X, own=X)
    return contract.check_repeatable(found.run, judged, found.run(X), found.output)


def test_what_keeps_its_word(tmp_path: Path, case: Callable[..., Any]) -> None:
    found = session(tmp_path, node("Identity", "input", "output"))
    assert contract.check_declaration(found, PROMISE) is None
    assert kept(found, case) is None


def test_a_random_answer(tmp_path: Path, case: Callable[..., Any]) -> None:
    noise = node("RandomNormalLike", "input", "noise", scale=1e-3)
    found = session(tmp_path, noise, node("Add", "input", "noise", "output"))
    assert kept(found, case) == "contract: the second answer to the same random inputs is another"


def test_rows_that_know_of_each_other(tmp_path: Path, case: Callable[..., Any]) -> None:
    mean = node("ReduceMean", "input", "mean", axes=[0], keepdims=1)
    small = node("Sub", "mean", "mean", "zero")
    one = node("Shape", "input", "shape", start=0, end=1)
    rows = node("Cast", "one", "rows", to=1)
    part = node("Div", "small", "rows", "part")
    tenth = node("Constant", "small", value_float=3.2)
    nodes = (mean, small, one, node("Identity", "shape", "one"), rows, tenth, part)
    found = session(
        tmp_path,
        *nodes,
        node("Constant", "offset", value_float=0.1),
        node("Sub", "part", "offset", "moved"),
        node("Add", "moved", "zero", "all"),
        node("Add", "input", "all", "output"),
    )
    assert np.allclose(found.run(X), X)  # with 32 rows, and with no other number of them
    reason = kept(found, case)
    assert reason is not None
    assert reason.startswith("contract: a batch of 1 is not answered as the 32: numbers differ")


@pytest.mark.parametrize(
    ("promise", "batch", "reason"),
    [
        (
            replace(PROMISE, input=replace(INPUT, name="x")),
            "batch",
            "contract: the input's name is input where x was promised",
        ),
        (
            replace(PROMISE, output=replace(OUTPUT, dtype="float64")),
            "batch",
            "contract: the output's dtype is float32 where float64 was promised",
        ),
        (PROMISE, 1, "contract: the input's shape is (1, 4) where (None, 4) was promised"),
        (
            replace(PROMISE, output=replace(OUTPUT, shape=(None, 5))),
            "batch",
            "contract: the output's shape is (None, 4) where (None, 5) was promised",
        ),
    ],
)
def test_what_is_declared_otherwise(
    promise: Declaration, batch: str | int, reason: str, tmp_path: Path
) -> None:
    found = session(tmp_path, node("Identity", "input", "output"), batch=batch)
    assert contract.check_declaration(found, promise) == reason


def test_of_the_outputs_shape_a_runtime_may_know_more_or_less(tmp_path: Path) -> None:
    found = session(tmp_path, node("Identity", "input", "output"))
    wide = replace(PROMISE, output=replace(OUTPUT, shape=(None, None)))
    assert contract.check_declaration(found, wide) is None
    fixed = replace(PROMISE, input=replace(INPUT, shape=(None, None)))
    assert contract.check_declaration(found, fixed) is not None
