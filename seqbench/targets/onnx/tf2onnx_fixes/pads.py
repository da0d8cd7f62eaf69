"""Negative pads of a transposed convolution as padding of its output, where ONNX wants them.

A kernel shorter than its stride leaves zeros at the end; tf2onnx 1.17 writes them as negative pads,
which ONNX forbids. Source: the operator `ConvTranspose` in ONNX's Operators.md.
"""

from typing import Any


def mend(node: Any) -> None:
    """Change, in place, an ONNX `ConvTranspose` node that has negative pads."""
    from onnx import helper

    pads = next((each for each in node.attribute if each.name == "pads"), None)
    if node.op_type != "ConvTranspose" or pads is None or min(pads.ints) >= 0:
        return
    half = len(pads.ints) // 2
    before, after = list(pads.ints[:half]), list(pads.ints[half:])
    missing = [max(-(low + high), 0) for low, high in zip(before, after, strict=True)]
    for axis in range(half):
        if missing[axis]:
            before[axis] = after[axis] = 0
    pads.ints[:] = before + after
    node.attribute.append(helper.make_attribute("output_padding", missing))
