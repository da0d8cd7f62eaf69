"""ONNX: the writer, its variants in reduced precision, and what tf2onnx has wrong."""

from seqbench.targets.onnx.writer import TARGET

__all__ = ["TARGET"]
