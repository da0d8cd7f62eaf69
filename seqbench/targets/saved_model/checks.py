"""SavedModels: the operations that their functions hold.

A graph of TensorFlow can read and write any file, call Python and listen on the network. Operations
that keep a state are allowed by name, the others unless they are known to reach out: so what a
later TensorFlow adds with a state is refused until somebody has looked at it.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seqbench.targets.checks import stays

_HARMLESS_STATES = re.compile(
    # variables
    r"VarHandleOp|Variable(V2)?|TemporaryVariable|ReadVariableOp|VarIsInitializedOp|VariableShape"
    r"|Assign(Add|Sub)?VariableOp|DisableCopyOnRead|DestroyResourceOp|Resource(Gather|Scatter)\w*"
    r"|Resource(Sparse)?Apply\w+|ResourceStridedSliceAssign|ResourceCountUpTo"
    # tables, which are filled from the graph
    r"|(Anonymous)?(Mutable)?(Dense)?HashTable(OfTensors)?(V2)?|LookupTable\w+V2|InitializeTableV2"
    # random numbers
    r"|Random(Crop|Gamma|PoissonV?2?|Shuffle|StandardNormal|Uniform|UniformInt)|Rng(ReadAnd)?Skip"
    r"|Multinomial|TruncatedNormal|ParameterizedTruncatedNormal|NonDeterministicInts"
    r"|Stateful(Random|Standard|Truncated|Uniform)\w+|StatelessRandomGetAlg|\w+CandidateSampler"
    r"|SampleDistortedBoundingBox(V2)?"
    # control flow and lists
    r"|If|While|Case|StatefulPartitionedCall|Assert|CheckNumerics(V2)?|GuaranteeConst|DeviceIndex"
    r"|Empty|TensorArray\w*|Stack(Push|Pop|Close)?(V2)?|Timestamp|CudnnRNN\w*|XlaCallModule|Print"
)

_REACH_OUT = re.compile(
    r"ReadFile|MatchingFiles|ImmutableConst|InitializeTableFromTextFile|GenerateVocabRemapping"
    r"|PyFuncStateless|(Decode|Encode)Proto(V2)?|Debug\w+|Copy(Host)?|Reader\w+|\w*Dataset\w*"
    r"|XlaCustomCall(V2)?|XlaLaunchV2|RemoteFusedGraphExecute|Abort"
)
"""Those without a state that open files, call what is no operation, or end the process."""

_TABLE_OF_TEXT = "InitializeTableFromTextFileV2"

_SAVER = re.compile(r"RestoreV2|SaveV2|MergeV2Checkpoints")
"""What TensorFlow writes into each SavedModel for its variables, in functions of their own that its
loader does not call."""

_START_OPS = ("saved_model_main_op", "legacy_init_op")
"""Collections with the nodes that the loader of old SavedModels runs at once."""

_CONSOLES = ("stderr", "stdout", "log(info)", "log(warning)", "log(error)")


def dangers(artifact: Path) -> tuple[str, ...]:
    """Return the operations, and assets out of the folder, by which the SavedModel reaches out."""
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    try:  # as the loader does, which takes one of several files
        graphs = parse_saved_model(str(artifact)).meta_graphs
    except (OSError, ValueError):
        return ()
    found = []
    for graph in graphs:
        found += [
            f"the asset {asset.filename!r}"
            for asset in graph.asset_file_def
            if not stays(asset.filename, artifact / "assets")
        ]
        only_objects = len(graphs) == 1 and graph.HasField("object_graph_def")
        found += _Graph(graph, only_objects=only_objects).dangers()
    return tuple(found)


def is_harmless(node: Any, functions: Container[str]) -> bool:
    """Whether a node reads and runs nothing beside its graph, whose functions have these names."""
    from tensorflow.python.framework import op_def_registry

    if node.op == "PrintV2":
        return node.attr["output_stream"].s.decode(errors="replace") in _CONSOLES
    if node.op in functions or _HARMLESS_STATES.fullmatch(node.op):
        return True
    known = op_def_registry.get(node.op)
    if known is None:  # TensorFlow cannot run it, and says so
        return True
    return not known.is_stateful and not _REACH_OUT.fullmatch(node.op)


class _Graph:
    """One graph of a SavedModel, with its library of functions.

    Args:
        meta: the MetaGraphDef.
        only_objects: whether TensorFlow's loader takes the functions alone, as since version 2,
            and not the graph around them.

    """

    def __init__(self, meta: Any, *, only_objects: bool) -> None:
        self._meta = meta
        self._functions = {
            function.signature.name: function for function in meta.graph_def.library.function
        }
        self._nodes = {node.name: node for node in meta.graph_def.node}
        self._only_objects = only_objects
        self._saver = self._of_the_saver()

    def dangers(self) -> Iterator[str]:
        """Yield what reaches out, each with the function that it is in."""
        if not self._only_objects:
            yield from self._dangers_of_nodes()
        for name, function in self._functions.items():
            for node in function.node_def:
                if is_harmless(node, self._functions) or self._reads_an_asset(node, function):
                    continue
                if not (name in self._saver and _SAVER.fullmatch(node.op)):
                    yield f"{node.op} (in {name})"

    def _dangers_of_nodes(self) -> Iterator[str]:
        """Yield what reaches out among the nodes that an old SavedModel's loader, or a call, runs.

        The loader restores the variables from a file whose name it feeds.
        """
        saver = self._meta.saver_def
        starts = [
            output.name
            for signature in self._meta.signature_def.values()
            for output in signature.outputs.values()
        ]
        for key in _START_OPS:
            starts += self._meta.collection_def[key].node_list.value
        run = self._behind(starts)
        fed = _node(saver.filename_tensor_name)
        for name in run | self._behind([saver.restore_op_name]):
            node = self._nodes[name]
            restores = node.op == "RestoreV2" and [*map(_node, node.input[:1])] == [fed]
            if not is_harmless(node, self._functions) and not (restores and name not in run):
                yield node.op

    def _behind(self, names: Iterable[str]) -> set[str]:
        """Return nodes with all that they depend on."""
        return _reach(map(_node, names), self._nodes, lambda node: map(_node, node.input))

    def _reads_an_asset(self, node: Any, function: Any) -> bool:
        """Whether a node reads a table of words from one of the SavedModel's own assets."""
        name = function.signature.name
        objects = self._meta.object_graph_def
        if node.op != _TABLE_OF_TEXT or name not in objects.concrete_functions:
            return False
        if any(name in _called(other.node_def) for other in self._functions.values()):
            return False  # with any name of a file
        arguments = [argument.name for argument in function.signature.input_arg]
        bound = objects.concrete_functions[name].bound_inputs
        captured = dict(zip(arguments[len(arguments) - len(bound) :], bound, strict=False))
        number = captured.get(node.input[1])
        return number is not None and objects.nodes[number].HasField("asset")

    def _of_the_saver(self) -> set[str]:
        """Return the functions that nothing but the saver's own nodes calls."""
        saver = self._meta.saver_def
        starts = {_node(saver.save_tensor_name), _node(saver.restore_op_name)}
        nodes = self._meta.graph_def.node
        called = self._reached(_called(node for node in nodes if node.name in starts))
        others = _called(node for node in nodes if node.name not in starts)
        others |= set(self._meta.object_graph_def.concrete_functions)
        for item in self._meta.object_graph_def.nodes:
            others |= set(item.function.concrete_functions)
            others.add(item.bare_concrete_function.concrete_function_name)
        return called - self._reached(others)

    def _reached(self, names: set[str]) -> set[str]:
        """Return functions with all that they call."""
        return _reach(names, self._functions, lambda function: _called(function.node_def))


def _reach(
    starts: Iterable[str], known: Mapping[str, Any], follow: Callable[[Any], Iterable[str]]
) -> set[str]:
    """Return the known names that starts lead to, themselves included."""
    reached: set[str] = set()
    left = set(starts)
    while left:
        name = left.pop()
        if name in known and name not in reached:
            reached.add(name)
            left.update(follow(known[name]))
    return reached


def _node(tensor: str) -> str:
    """Return the name of the node that a tensor, or a control input, comes from."""
    return tensor.removeprefix("^").split(":")[0]


def _called(nodes: Iterable[Any]) -> set[str]:
    """Return the names of functions that nodes call."""
    names = set()
    for node in nodes:
        names.add(node.op)
        for value in node.attr.values():
            names |= {value.func.name, *(function.name for function in value.list.func)}
    return names
