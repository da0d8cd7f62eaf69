"""TF.js graph model, for browsers."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.freeze import INPUT, OUTPUT, Frozen
from seqbench.rewrites import TFJS, rewritten
from seqbench.targets.target import Exported, Target

PASSES = ("pruning", "constfold", "arithmetic", "dependency")
"""Grappler's passes, without `remap`: its fused matmul has a bias that the wasm backend refuses."""

SHARD_BYTES = 4 * 1024 * 1024
"""Size of one weight file: browsers cache files of this size."""

DTYPES = {
    "float32": "float32",
    "float64": "float32",
    "int32": "int32",
    "int64": "int32",
    "bool": "bool",
}
"""numpy dtypes and what TF.js has for them; it has no 64-bit types."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a folder with `model.json` and its weight files."""
    import tensorflow as tf
    from google.protobuf.json_format import MessageToDict
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    lowered = convert_variables_to_constants_v2(
        frozen.traced, lower_control_flow=True, aggressive_inlining=True
    )
    signature = _signature(lowered)
    graph = _optimize(rewritten(lowered.graph.as_graph_def(), TFJS), signature)
    graph = _pruned(graph, signature.outputs[OUTPUT].name)
    weights, blob = _take_weights(graph)
    shards = [blob[i : i + SHARD_BYTES] for i in range(0, len(blob), SHARD_BYTES)] or [b""]
    names = [f"group1-shard{i + 1}of{len(shards)}.bin" for i in range(len(shards))]
    path.mkdir()
    for name, shard in zip(names, shards, strict=True):
        (path / name).write_bytes(shard)
    model = {
        "format": "graph-model",
        "generatedBy": tf.__version__,
        "convertedBy": "seqbench",
        "signature": MessageToDict(signature),
        "modelTopology": MessageToDict(graph),
        "weightsManifest": [{"paths": names, "weights": weights}],
    }
    (path / "model.json").write_text(json.dumps(model), encoding="utf-8")
    ops = tuple(sorted({node.op for node in graph.node}))
    return Exported(input=frozen.input, output=frozen.output, ops=ops)


def _signature(lowered: Any) -> Any:
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

    signature = SignatureDef(method_name="tensorflow/serving/predict")
    for infos, name, tensor in (
        (signature.inputs, INPUT, lowered.inputs[0]),
        (signature.outputs, OUTPUT, lowered.outputs[0]),
    ):
        infos[name].name = tensor.name
        infos[name].dtype = tensor.dtype.as_datatype_enum
        infos[name].tensor_shape.CopyFrom(tensor.shape.as_proto())
    return signature


def _optimize(graph_def: Any, signature: Any) -> Any:
    """Run grappler's passes once."""
    import tensorflow as tf
    from tensorflow.core.protobuf.config_pb2 import ConfigProto
    from tensorflow.python.grappler import tf_optimizer
    from tensorflow.python.training.saver import export_meta_graph

    with tf.Graph().as_default() as graph:
        tf.import_graph_def(graph_def, name="")
        for info in signature.outputs.values():
            operation = graph.get_operation_by_name(info.name.split(":")[0])
            graph.add_to_collection("train_op", operation)  # grappler keeps what leads here
        meta = export_meta_graph(graph_def=graph_def, graph=graph)
    meta.signature_def["serving_default"].CopyFrom(signature)
    config = ConfigProto()
    config.graph_options.rewrite_options.optimizers[:] = PASSES
    return tf_optimizer.OptimizeGraph(config, meta)


def _pruned(graph_def: Any, output: str) -> Any:
    """Keep what the output needs, without control edges: TF.js waits for ever on Keras's loops'."""
    by_name = {node.name: node for node in graph_def.node}
    kept: set[str] = set()
    todo = [output]
    while todo:
        name = todo.pop().split(":")[0]
        if name not in kept:
            kept.add(name)
            todo += _data_inputs(by_name[name])
    pruned = type(graph_def)(versions=graph_def.versions)
    for node in graph_def.node:
        if node.name in kept:
            added = pruned.node.add()
            added.CopyFrom(node)
            added.input[:] = _data_inputs(node)
    return pruned


def _data_inputs(node: Any) -> list[str]:
    return [name for name in node.input if not name.startswith("^")]


def _take_weights(graph_def: Any) -> tuple[list[dict[str, Any]], bytes]:
    """Move the constants' values out of the graph: their descriptions, and all bytes in order."""
    import tensorflow as tf
    from tensorflow.python.framework import tensor_util

    weights: list[dict[str, Any]] = []
    blobs: list[bytes] = []
    for node in graph_def.node:
        if node.op != "Const":
            continue
        proto = node.attr["value"].tensor
        value = np.asarray(tensor_util.MakeNdarray(proto))
        dtype = DTYPES[value.dtype.name]
        weights.append({"name": node.name, "shape": list(value.shape), "dtype": dtype})
        blobs.append(np.ascontiguousarray(value, dtype=dtype).tobytes())
        kind = proto.dtype
        proto.Clear()
        proto.dtype = kind
        proto.tensor_shape.CopyFrom(tf.TensorShape(value.shape).as_proto())
    return weights, b"".join(blobs)


TARGET = Target(
    name="tfjs",
    filename="tfjs",
    summary="TensorFlow.js graph model, for browsers",
    packages=("tensorflow", "keras"),
    export=export,
)
