"""TF.js graph models written by hand, for what no converter makes."""

import json
from pathlib import Path
from typing import Any

import numpy as np

DT = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}


def shape(sizes: tuple[int, ...]) -> dict[str, Any]:
    return {"dim": [{"size": str(size)} for size in sizes]}


def graph_model(
    folder: Path, ops: tuple[str, ...], dtype: str = "float32", sizes: tuple[int, ...] = (-1, 4)
) -> Path:
    """Write a model that puts its input through operations of one argument, one after another."""
    kind = {"type": DT[dtype]}
    node = {"name": "x", "op": "Placeholder"}
    nodes: list[dict[str, Any]] = [
        {**node, "attr": {"dtype": kind, "shape": {"shape": shape(sizes)}}}
    ]
    for i, op in enumerate(ops):
        nodes.append({"name": f"n{i}", "op": op, "input": [nodes[-1]["name"]], "attr": {"T": kind}})
    tensor = {"dtype": DT[dtype], "tensorShape": shape(sizes)}
    signature = {
        "inputs": {"input": {"name": "x:0", **tensor}},
        "outputs": {"output": {"name": nodes[-1]["name"] + ":0", **tensor}},
    }
    return write(
        folder,
        {
            "format": "graph-model",
            "signature": signature,
            "modelTopology": {"node": nodes, "versions": {"producer": 1}},
            "weightsManifest": [],
        },
    )


def write(folder: Path, model: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "model.json").write_text(json.dumps(model))
    return folder


def hard_values(dtype: str) -> np.ndarray:
    """Return the values that a careless transport would change; shape (5, 4)."""
    if dtype == "bool":
        return np.resize(np.array([True, False, False]), (5, 4))
    if dtype == "int32":
        edge = [-(2**31), 2**31 - 1, -1, 0, 1, 2**24 + 1, -(2**24) - 1, 123456789]
        return np.resize(np.array(edge, np.int32), (5, 4))
    payload = np.array([0x7FC12345, 0xFFC00001, 0x80000000, 1, 0x807FFFFF], np.uint32)
    values = [np.nan, np.inf, -np.inf, 0.1, 1 / 3, 3.4028235e38, 1.1754944e-38, -1e-45]
    plain = np.array(values, np.float32)
    return np.resize(np.concatenate([payload.view(np.float32), plain]), (5, 4))
