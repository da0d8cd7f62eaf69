"""File formats and how to write them: one folder a target, listed here in the order of reports."""

from seqbench.core.record import PLAIN
from seqbench.targets import onnx, saved_model, tfjs, tflite
from seqbench.targets.target import Artifact, Exported, Plain, Target, Variant

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        saved_model.TARGET,
        tflite.TARGET,
        onnx.TARGET,
        tfjs.TARGET,
    )
}
"""Every target by its name."""

VARIANTS: tuple[str, ...] = (
    PLAIN,
    *dict.fromkeys(name for target in TARGETS.values() for name in target.variants),
)
"""Every variant that some target can be had in, the plain one first."""

__all__ = ["TARGETS", "VARIANTS", "Artifact", "Exported", "Plain", "Target", "Variant"]
