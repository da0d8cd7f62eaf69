"""TF.js graph model: the writer and its variants in reduced precision."""

from seqbench.targets.tfjs.writer import TARGET

__all__ = ["TARGET"]
