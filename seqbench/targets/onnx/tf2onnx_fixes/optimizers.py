"""tf2onnx's optimizers, kept from two mistakes and from copies.

- Reshapes: it may put a Squeeze behind a reshape, by giving it to all that read the reshape. A
  graph's output has no reader: the Squeeze is lost, and the answer has a dimension too many.
  Whether an Identity stands in between when it looks hangs on the order of a set: one export in
  fifteen of a convolution to one channel at open sizes was wrong.
- Means and maxima over all places become global pools, which ONNX Runtime has in float32 alone.
- It copies the graph before each optimizer, to go on from there where one fails: a third of the
  time of recurrent models.

Source: tf2onnx 1.17, optimizer/reshape_optimizer.py, `Graph.insert_node_on_output`,
optimizer/global_pool_optimizer.py, and optimizer/__init__.py, `optimize_graph`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def restrict_optimizers(*, copies: bool) -> Iterator[None]:
    """Put careful optimizers in the place of tf2onnx's, and these back at the end.

    Args:
        copies: whether one that fails is left out, for which tf2onnx copies the graph; else its
            exception is raised.

    """
    from onnx import TensorProto
    from tf2onnx import optimizer
    from tf2onnx.optimizer.global_pool_optimizer import GlobalPoolOptimizer
    from tf2onnx.optimizer.reshape_optimizer import ReshapeOptimizer

    class Reshapes(ReshapeOptimizer):  # type: ignore[misc]  # tf2onnx is untyped here
        def _optimize_reshape(self, node: Any, graph: Any) -> bool:
            if node.output[0] in graph.outputs:
                return False
            return bool(super()._optimize_reshape(node, graph))

    class GlobalPools(GlobalPoolOptimizer):  # type: ignore[misc]
        def _optimize_reduce(self, node: Any, graph: Any) -> bool:
            if graph.get_dtype(node.output[0]) == TensorProto.DOUBLE:
                return False
            return bool(super()._optimize_reduce(node, graph))

    def optimize(graph: Any, _: bool, **given: Any) -> Any:
        return optimize_graph(graph, copies, **given)

    own, optimize_graph = dict(optimizer._optimizers), optimizer.optimize_graph
    optimizer.optimize_graph = optimize
    optimizer._optimizers |= {"reshape_optimizer": Reshapes, "global_pool_optimizer": GlobalPools}
    try:
        yield
    finally:
        optimizer.optimize_graph = optimize_graph
        optimizer._optimizers |= own
