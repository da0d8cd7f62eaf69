"""TF.js graph model, for browsers."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.backends.patches import registry
from seqbench.models.stateless import stateful_notes
from seqbench.models.twin import holds_float64
from seqbench.runtimes.session import Tensor
from seqbench.targets.frozen import INPUT, OUTPUT, Frozen
from seqbench.targets.graph_rewrites import TFJS, bfloat16, rewritten
from seqbench.targets.target import Exported, refuse_float8, unsupported

PASSES = ("pruning", "constfold", "arithmetic", "dependency")
"""Grappler's passes, without `remap`: its fused matmul has a bias that the wasm backend refuses."""

SHARD_BYTES = 4 * 1024 * 1024
"""Size of one weight file: browsers cache files of this size."""

NARROWER = ("float16", "bfloat16", "float64")
"""Floating dtypes that float32 replaces: TF.js has no other."""

INTEGERS = ("int64", "uint32", "uint16", "uint8", "int16", "int8")
"""Integer dtypes that int32 replaces: TF.js has no other."""

DTYPES = dict.fromkeys(NARROWER, "float32") | dict.fromkeys(INTEGERS, "int32")
"""Dtypes that TF.js lacks, and what it has for them."""

RETRACED = frozenset({"Conv3DBackpropInputV2", "Einsum", "MatrixBandPart"})
"""Operations that TF.js alone lacks or gets wrong: the model is traced anew without them."""

STRINGS = "TF.js has hardly an operation on strings"
"""Why a model of words does not run there."""

OF_WORDS = frozenset({"LookupTableFindV2", "StringToHashBucketFast", "StringSplit"})
"""Operations of words that tfjs-converter knows: a model with them is refused by their names."""

NOT_IN_WASM = frozenset({"Complex", "ComplexAbs", "FFT", "IFFT", "IRFFT", "Imag", "RFFT", "Real"})
"""Operations whose kernels @tensorflow/tfjs-backend-wasm 4.22.0 does not register, and cpu does."""

OPS_FILE = Path(__file__).with_name("tfjs_ops.json")
"""The operations that TF.js executes; the file says how it was made."""


def export(frozen: Frozen, path: Path) -> Exported:
    """Write a folder with `model.json` and its weight files.

    Raises:
        Unsupported: an operation of the model has no equivalent in TF.js.

    """
    import tensorflow as tf
    from google.protobuf.json_format import MessageToDict

    refuse_float8(frozen, "TF.js")
    if frozen.traced_ops & RETRACED or holds_float64(frozen.model):
        frozen = frozen.traces.freeze(patches=registry.TFJS)
    signature = _signature(frozen.traced)
    original = _lowered(frozen.traced)
    wide = bfloat16.in_float32(original, NARROWER)
    notes = stateful_notes(frozen.model)
    if wide != original:
        notes = (*notes, "computes in float32: TF.js has no other precision")
    graph = _optimize(rewritten(wide, TFJS), signature)
    graph = _pruned(graph, signature.outputs[OUTPUT].name)
    _refuse_unknown(graph, frozen)
    weights, blob = _take_weights(graph)
    path.mkdir()
    model = {
        "format": "graph-model",
        "generatedBy": tf.__version__,
        "convertedBy": "seqbench",
        "signature": MessageToDict(signature),
        "modelTopology": MessageToDict(graph),
        "weightsManifest": write_weights(path, weights, blob),
    }
    (path / "model.json").write_text(json.dumps(model), encoding="utf-8")
    ops = tuple(sorted({node.op for node in graph.node}))
    source, sink = _as_here(frozen.input), _as_here(frozen.output)
    return Exported(input=source, output=sink, ops=ops, notes=notes)


def write_weights(path: Path, weights: list[dict[str, Any]], blob: bytes) -> list[dict[str, Any]]:
    """Write the weights' bytes into files in the folder; return their manifest."""
    shards = [blob[i : i + SHARD_BYTES] for i in range(0, len(blob), SHARD_BYTES)] or [b""]
    names = [f"group1-shard{i + 1}of{len(shards)}.bin" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        (path / name).write_bytes(shard)
    return [{"paths": names, "weights": weights}]


def _as_here(tensor: Tensor) -> Tensor:
    """Return an input or output with the dtype that TF.js has for it."""
    return replace(tensor, dtype=DTYPES.get(tensor.dtype, tensor.dtype))


def _refuse_unknown(graph_def: Any, frozen: Frozen) -> None:
    """Raise Unsupported for what TF.js cannot execute, before a browser says so."""
    known = frozenset(json.loads(OPS_FILE.read_text(encoding="utf-8"))["ops"])
    words = [node for node in graph_def.node if _has_words(node)]
    reason = "tfjs-converter does not know it and seqbench has no rewrite"
    for node in graph_def.node:
        if node.op not in known:
            raise unsupported(frozen, node.name, node.op, "TF.js", STRINGS if words else reason)
        if node.op in NOT_IN_WASM:
            raise unsupported(frozen, node.name, node.op, "TF.js", "its wasm backend has no such")
    for node in sorted(words, key=lambda node: node.op not in OF_WORDS):
        raise unsupported(frozen, node.name, node.op, "TF.js", STRINGS)


def _has_words(node: Any) -> bool:
    from tensorflow.core.framework.types_pb2 import DT_STRING

    return node.op in OF_WORDS or any(node.attr[name].type == DT_STRING for name in node.attr)


def _lowered(traced: Any) -> Any:
    """Return the graph with weights as constants, functions inlined and loops as TF.js has them.

    No function is made of it, as `convert_variables_to_constants_v2` does: another copy.
    """
    from tensorflow.python.framework import convert_to_constants

    found = convert_to_constants._FunctionConverterDataInEager(
        func=traced, lower_control_flow=True, aggressive_inlining=True
    )
    graph, _ = convert_to_constants._replace_variables_by_constants(found)
    return graph


def _signature(traced: Any) -> Any:
    import tensorflow as tf
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

    signature = SignatureDef(method_name="tensorflow/serving/predict")
    for infos, name, tensor in (
        (signature.inputs, INPUT, traced.inputs[0]),
        (signature.outputs, OUTPUT, traced.outputs[0]),
    ):
        infos[name].name = tensor.name
        dtype = tf.as_dtype(DTYPES.get(tensor.dtype.name, tensor.dtype.name))
        infos[name].dtype = dtype.as_datatype_enum
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
        dtype = DTYPES.get(value.dtype.name, value.dtype.name)
        weights.append({"name": node.name, "shape": list(value.shape), "dtype": dtype})
        blobs.append(np.ascontiguousarray(value, dtype=dtype).tobytes())
        kind = proto.dtype
        proto.Clear()
        proto.dtype = kind
        proto.tensor_shape.CopyFrom(tf.TensorShape(value.shape).as_proto())
    return weights, b"".join(blobs)
