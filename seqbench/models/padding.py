"""How much of a convolution is padding: products with zeros, which a runtime may leave out.

ONNX Runtime's kernels do leave them out (core/mlas/lib/snchwc.cpp), and fuse a ZeroPadding layer
with the convolution after it. Of a 3 x 3 convolution of an 8 x 8 image they are a sixth.
"""

from collections.abc import Sequence
from typing import Any


def real_share(layer: Any, before: Any = None) -> float:
    """Return the share of a built layer's products that multiply input and not padding.

    1 for a layer without padding. Of a layer of several parts it is the least part's.

    Args:
        layer: a Keras layer or Sequential, called on symbolic tensors of known sizes.
        before: the layer before it, whose zeros count as padding too where it is a ZeroPadding.

    """
    if hasattr(layer, "inputs"):  # a nested model
        inner = layer.layers
        pairs = zip(inner, [before, *inner], strict=False)
        return min((real_share(one, other) for one, other in pairs), default=1.0)
    kernel = layer
    while not hasattr(kernel, "kernel_size"):
        kernel = getattr(kernel, "layer", None) or getattr(kernel, "forward_layer", None)
        if kernel is None:
            return 1.0
    first = layer.input[0] if isinstance(layer.input, list) else layer.input  # the other: a mask
    return _share(kernel, first.shape, layer.output.shape, before)


def _share(layer: Any, taken: Sequence[int], given: Sequence[int], before: Any) -> float:
    rank = len(layer.kernel_size)
    last = layer.data_format == "channels_last"
    spatial = slice(-1 - rank, -1) if last else slice(-rank, None)
    ends = taken[spatial], given[spatial]
    if type(layer).__name__.endswith("Transpose"):  # it spreads what a convolution gathers
        ends = ends[1], ends[0]
    how = (layer.kernel_size, layer.strides, layer.dilation_rate, _margins(before, rank))
    share = 1.0
    for size, count, kernel, stride, dilation, zeros in zip(*ends, *how, strict=True):
        share *= _met(size, count, kernel, stride, dilation, zeros, layer.padding)
    if not hasattr(layer, "cell"):
        return share
    state = 1.0  # a film's: padded to keep its size
    for size, kernel in zip(ends[1], layer.kernel_size, strict=True):
        state *= _met(size, size, kernel, 1, 1, (0, 0), "same")
    return min(share, state)


def _margins(before: Any, rank: int) -> Sequence[tuple[int, int]]:
    """Return how many zeros a ZeroPadding layer put at both ends of each axis."""
    if not type(before).__name__.startswith("ZeroPadding"):
        return [(0, 0)] * rank
    found = [before.padding] if rank == 1 else before.padding
    return [(int(first), int(last)) for first, last in found]


def _met(
    size: int,
    count: int,
    kernel: int,
    stride: int,
    dilation: int,
    zeros: tuple[int, int],
    padding: str,
) -> float:
    """Return the share of a window's taps that meet input, over all `count` places of an axis."""
    reach = (kernel - 1) * dilation
    total = max((count - 1) * stride + reach + 1 - size, 0)
    first = {"same": total // 2, "causal": reach}.get(padding, 0)
    inside = range(zeros[0], size - zeros[1])
    taps = sum(
        place * stride + tap * dilation - first in inside
        for place in range(count)
        for tap in range(kernel)
    )
    return taps / (count * kernel) if count else 1.0
