"""TensorFlow SavedModel."""

from seqbench.targets.saved_model.writer import TARGET

__all__ = ["TARGET"]
