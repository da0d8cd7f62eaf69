"""What the model.json of a TF.js model declares: of a graph model or of a layers model."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqbench.core.errors import LoadError
from seqbench.runtimes.session import Tensor

# What `execute` cannot run: the lists of tfjs-converter's graph_executor, its operations that give
# a promise, and loops in their two forms.
_NEEDS_ASYNC = re.compile(
    r"(Stateless)?(While|If)|Switch|Merge|Enter|Exit|NextIteration|LoopCond"
    r"|NonMaxSuppressionV\d|Where|ListDiff|HashTable(V2)?|LookupTable\w+"
)
# What TF.js makes of a graph's types (tfjs-converter's parseDtypeParam).
_DTYPES = {
    "DT_FLOAT": "float32",
    "DT_HALF": "float32",
    "DT_DOUBLE": "float32",
    "DT_INT32": "int32",
    "DT_INT64": "int32",
    "DT_INT8": "int32",
    "DT_UINT8": "int32",
    "DT_BOOL": "bool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a model declares.

    Attributes:
        file: the name of its model.json.
        files: `file` and the files of the weights, relative to their folder.
        input: the one input, under its name in the signature; None of a layers model, of which
            TF.js tells when it has loaded it.
        output: the one output, likewise.
        asynchronous: True where the graph holds what only `executeAsync` runs, as loops.
        inner: names of the nodes whose results can be asked for: no weights, nothing in a loop.
        notes: what a reader of the verdict should know of it.

    """

    file: str
    files: tuple[str, ...]
    input: Tensor | None = None
    output: Tensor | None = None
    asynchronous: bool = False
    inner: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def describe(artifact: Path) -> Description:
    """Read a model: its folder with the model.json, or that file, whatever its name is.

    Raises:
        LoadError: it is missing, damaged, has several inputs or outputs, names weights files that
            are not there, or is a layers model that TF.js cannot load.

    """
    path = artifact / "model.json" if artifact.is_dir() else artifact
    kind = "graph model"
    try:
        model = json.loads(path.read_bytes())
        topology = model["modelTopology"]
        shards = [name for group in model["weightsManifest"] for name in group["paths"]]
        files = (path.name, *shards)
        # Old converters write no `format`, and no graph has a configuration.
        if "node" not in topology and ("model_config" in topology or "class_name" in topology):
            kind = "layers model"
            described = _layers_model(path, model, files)
        else:
            described = _graph_model(path, model, files)
    except KeyError as missing:
        msg = f"{path} is no TF.js {kind}: it has no {missing}"
        raise LoadError(msg) from missing
    except (OSError, ValueError, TypeError, AttributeError) as error:
        msg = f"{path} is no TF.js {kind}: {error}"
        raise LoadError(msg) from error
    for name in shards:
        if not (path.parent / name).is_file():
            msg = f"{path} names the weights file {name}, which is not there"
            raise LoadError(msg)
    return described


def _graph_model(path: Path, model: dict[str, Any], files: tuple[str, ...]) -> Description:
    graph = model["modelTopology"]
    signature = model.get("signature") or model["userDefinedMetadata"]["signature"]
    return Description(
        file=path.name,
        files=files,
        input=_only(signature["inputs"], "inputs"),
        output=_only(signature["outputs"], "outputs"),
        asynchronous=any(_NEEDS_ASYNC.fullmatch(node["op"]) for node in _nodes(graph)),
        inner=tuple(_inner(graph["node"])),
    )


def _layers_model(path: Path, model: dict[str, Any], files: tuple[str, ...]) -> Description:
    topology = model["modelTopology"]
    config = topology.get("model_config", topology)
    version = str(topology.get("keras_version", "an unknown version"))
    if version.startswith("3.") or _has_key(config, "batch_shape"):
        msg = (
            f"{path} is a layers model of Keras 3 (version {version}): TF.js cannot load it in any "
            "browser, as it reads Keras 2's configurations alone (batch_input_shape where Keras 3 "
            "writes batch_shape); write a graph model, as `seqbench export MODEL --target tfjs` "
            "does, or save the model with Keras 2"
        )
        raise LoadError(msg)
    by = version if version.startswith("tfjs") else f"Keras {version}"
    note = f"a layers model ({by}), loaded by tf.loadLayersModel"
    stateful = (
        ("its stateful layers begin at zero in every call",)
        if _has_key(config, "stateful", value=True)
        else ()
    )
    return Description(file=path.name, files=files, notes=(note, *stateful))


def _has_key(config: Any, key: str, value: Any = ...) -> bool:
    """Whether a configuration, or one within it, has a key; with this value, where one is given."""
    if isinstance(config, dict):
        if key in config and value in (..., config[key]):
            return True
        return any(_has_key(inner, key, value) for inner in config.values())
    return isinstance(config, list) and any(_has_key(inner, key, value) for inner in config)


def _nodes(graph: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from graph["node"]
    for function in graph.get("library", {}).get("function", ()):
        yield from function.get("nodeDef", ())


def _inner(nodes: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the nodes outside of loops: what depends on an `Enter`, up to an `Exit`, is inside."""
    looping: set[str] = set()
    # TF.js disposes of what an `Exit` hands out as soon as it is used.
    hidden = ("Const", "Placeholder", "TensorList", "TensorArray", "Switch", "Merge", "Exit")
    before: set[str] | None = None
    while looping != before:  # loops lead back: until nothing new is found
        before = set(looping)
        for node in nodes:
            sources = {name.split(":")[0] for name in node.get("input", ())}
            if node["op"] == "Enter" or (sources & looping and node["op"] != "Exit"):
                looping.add(node["name"])
    for node in nodes:
        if node["name"] not in looping and not node["op"].startswith(hidden):
            yield node["name"]


def _only(entries: dict[str, Any], kind: str) -> Tensor:
    """Return the one tensor among a signature's inputs or outputs."""
    # The stock converter also lists captured resources, as inputs that nobody feeds.
    tensors = {name: entry for name, entry in entries.items() if "resourceId" not in entry}
    if len(tensors) != 1:
        msg = f"it has {len(tensors)} {kind} ({', '.join(sorted(tensors))}), expected one"
        raise ValueError(msg)
    [(name, entry)] = tensors.items()
    if entry["dtype"] not in _DTYPES:
        msg = f"{name} is {entry['dtype']}, which is no type of numbers in TF.js"
        raise ValueError(msg)
    sizes = [int(dim.get("size", 0)) for dim in entry["tensorShape"].get("dim", ())]
    shape = tuple(size if size >= 0 else None for size in sizes)
    return Tensor(name=name, shape=shape, dtype=_DTYPES[entry["dtype"]])
