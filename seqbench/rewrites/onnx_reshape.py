"""tf2onnx's optimizer of reshapes, kept from those that are a graph's output.

It may put a Squeeze behind a reshape, by giving it to all that read the reshape. A graph's output
has no reader: the Squeeze is lost, and the answer has a dimension too many. Whether an Identity
stands in between when it looks hangs on the order of a set: one export in fifteen of a
convolution to one channel at open sizes was wrong.
Source: tf2onnx 1.17, optimizer/reshape_optimizer.py, and `Graph.insert_node_on_output`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAME = "reshape_optimizer"


@contextmanager
def careful() -> Iterator[None]:
    """Put the careful optimizer in the place of tf2onnx's, and this back at the end."""
    from tf2onnx import optimizer
    from tf2onnx.optimizer.reshape_optimizer import ReshapeOptimizer

    class Careful(ReshapeOptimizer):  # type: ignore[misc]  # tf2onnx is untyped here
        def _optimize_reshape(self, node: Any, graph: Any) -> bool:
            if node.output[0] in graph.outputs:
                return False
            return bool(super()._optimize_reshape(node, graph))

    optimizer._optimizers[NAME] = Careful
    try:
        yield
    finally:
        optimizer._optimizers[NAME] = ReshapeOptimizer
