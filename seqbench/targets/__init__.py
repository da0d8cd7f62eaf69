"""File formats and how to write them: one folder a target, listed here in the order of reports."""

from seqbench.targets import onnx, saved_model, tfjs, tflite
from seqbench.targets.target import Artifact, Exported, Target

TARGETS: dict[str, Target] = {
    module.TARGET.name: module.TARGET for module in (saved_model, tflite, onnx, tfjs)
}
"""Every target by its name."""

__all__ = ["TARGETS", "Artifact", "Exported", "Target"]
