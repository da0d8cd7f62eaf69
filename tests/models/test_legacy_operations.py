"""TensorFlow's operations in models of Keras 2 are the layers that compute the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import InputError
from seqbench.models.model_file import load_file
from tests.support.old_files import write_hdf5

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

X = np.linspace(-8, 8, 12, dtype=np.float32).reshape(3, 4)


def operation(function: str, called: str, start: str, arguments: dict[str, Any]) -> dict[str, Any]:
    config = {"name": called, "trainable": True, "dtype": "float32", "function": function}
    call = [start, 0, 0, arguments]
    return {"class_name": "TFOpLambda", "name": called, "config": config, "inbound_nodes": [call]}


def predict(path: Path, *operations: dict[str, Any]) -> np.ndarray:
    """Return what a Sequential of one Functional model of operations makes of X."""
    start = {"name": "in", "batch_input_shape": [None, 4], "dtype": "float32", "sparse": False}
    first = {"class_name": "InputLayer", "name": "in", "config": start, "inbound_nodes": []}
    graph = {"name": "ops", "layers": [first, *operations], "input_layers": [["in", 0, 0]]}
    graph["output_layers"] = [[operations[-1]["name"], 0, 0]]
    outer = {"name": "net", "layers": [{"class_name": "Functional", "config": graph}]}
    outer["layers"][0:0] = [{"class_name": "InputLayer", "config": {**start, "name": "start"}}]  # type: ignore[index]
    config = {"class_name": "Sequential", "config": outer}
    write_hdf5(path / "net.h5", config, {"ops": {}}, "2.4.0", "tensorflow")
    return np.asarray(load_file(path / "net.h5", allow_code=False)(X))


@pytest.mark.parametrize(
    ("function", "arguments", "true"),
    [
        ("math.truediv", {"y": 127.5, "name": None}, X / 127.5),
        ("math.subtract", {"y": 1.0, "name": None}, X - 1),
        ("__operators__.add", {"y": 3, "name": None}, X + 3),
        ("math.multiply", {"y": 0.25, "name": None}, X / 4),
        ("nn.relu6", {}, np.clip(X, 0, 6)),
        ("nn.silu", {}, X / (1 + np.exp(-X))),
        ("cast", {"dtype": "float32"}, X),
    ],
)
def test_an_operation_with_a_number_or_alone(
    tmp_path: Path, function: str, arguments: dict[str, Any], true: np.ndarray
) -> None:
    found = predict(tmp_path, operation(function, "tf/op", "in", arguments))
    np.testing.assert_allclose(found, true, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "true"), [("__operators__.add", X + X / 2), ("math.multiply", X * X / 2)]
)
def test_an_operation_of_two_tensors(tmp_path: Path, function: str, true: np.ndarray) -> None:
    half = operation("math.multiply", "a/half", "in", {"y": 0.5})
    found = predict(tmp_path, half, operation(function, "both", "in", {"y": ["a/half", 0, 0]}))
    np.testing.assert_allclose(found, true, rtol=1e-6)


@pytest.mark.parametrize(
    ("function", "start", "arguments"),
    [
        ("math.reduce_mean", "in", {"axis": 1}),
        ("math.subtract", "_CONSTANT_VALUE", {"y": ["in", 0, 0]}),
        ("nn.softmax", "in", {"axis": 1}),
        ("cast", "in", {"dtype": "int32"}),
        ("math.truediv", "in", {"y": 0}),
    ],
)
def test_other_operations_are_named(
    tmp_path: Path, function: str, start: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match=r"layer 'op' is of class TFOpLambda \(the file"):
        predict(tmp_path, operation(function, "op", start, arguments))
