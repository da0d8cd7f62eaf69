"""What the model.json of a TF.js graph model declares."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqbench.core.errors import LoadError, Unsupported
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
    """What a graph model declares.

    Attributes:
        input: the one input, under its name in the signature.
        output: the one output, likewise.
        files: model.json and the files of the weights, relative to its folder.
        asynchronous: True where the graph holds what only `executeAsync` runs, as loops.
        inner: names of the nodes whose results can be asked for: no weights, nothing in a loop.

    """

    input: Tensor
    output: Tensor
    files: tuple[str, ...]
    asynchronous: bool
    inner: tuple[str, ...]


def describe(artifact: Path) -> Description:
    """Read the model.json in the folder `artifact`.

    Raises:
        LoadError: it is missing, damaged, has several inputs or outputs, or names weights files
            that are not there.
        Unsupported: it is a layers-model.

    """
    path = artifact / "model.json"
    try:
        model = json.loads(path.read_bytes())
        if model.get("format") == "layers-model":
            msg = f"{path} is a TF.js layers-model: only graph models run here, so export it as one"
            raise Unsupported(msg)
        graph = model["modelTopology"]
        signature = model.get("signature") or model["userDefinedMetadata"]["signature"]
        shards = [name for group in model["weightsManifest"] for name in group["paths"]]
        described = Description(
            input=_only(signature["inputs"], "inputs"),
            output=_only(signature["outputs"], "outputs"),
            files=("model.json", *shards),
            asynchronous=any(_NEEDS_ASYNC.fullmatch(node["op"]) for node in _nodes(graph)),
            inner=tuple(_inner(graph["node"])),
        )
    except KeyError as missing:
        msg = f"{path} is no TF.js graph model: it has no {missing}"
        raise LoadError(msg) from missing
    except (OSError, ValueError, TypeError, AttributeError) as error:
        msg = f"{path} is no TF.js graph model: {error}"
        raise LoadError(msg) from error
    for name in shards:
        if not (artifact / name).is_file():
            msg = f"{path} names the weights file {name}, which is not there"
            raise LoadError(msg)
    return described


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
