"""TFLite: the writer and its variants in reduced precision."""

from seqbench.targets.tflite.writer import TARGET

__all__ = ["TARGET"]
