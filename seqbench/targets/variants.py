"""Reduced precision: what each target can be had in beside the model's own arithmetic.

A variant is made from the same frozen graph, or from the plain artifact of it, by `variants.py` in
the target's folder.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from seqbench.core.record import PLAIN
from seqbench.targets.onnx import variants as onnx
from seqbench.targets.plain import Plain
from seqbench.targets.target import Exported
from seqbench.targets.tfjs import variants as tfjs
from seqbench.targets.tflite import variants as tflite

Reduce = Callable[[Plain, Path, np.ndarray | None], Exported]
"""Writes a variant of the plain artifact to a path that does not exist yet; the third are inputs to
calibrate on, shape (rows, ...), for the variants that need them."""

REDUCED: Mapping[str, Mapping[str, Reduce]] = {
    "saved_model": {},
    "tflite": {"fp16": tflite.fp16, "int8-weights": tflite.int8_weights, "int8": tflite.int8},
    "onnx": {"fp16": onnx.fp16, "int8-weights": onnx.int8_weights, "int8": onnx.int8},
    "tfjs": {"fp16": tfjs.fp16, "int8-weights": tfjs.int8_weights},
}
"""Targets, each with the variants that it has."""

PACKAGES: Mapping[str, tuple[str, ...]] = {"onnx": ("onnxruntime",)}
"""Distributions that write a target's variants, beside those that write its plain artifact."""

VARIANTS = (PLAIN, "fp16", "int8-weights", "int8")
"""All variants, the plain one first."""

CALIBRATED = frozenset({"int8"})
"""Variants that are calibrated on the scenario's own data."""


def variants(target: str) -> tuple[str, ...]:
    """Return what a target can be had in, the plain artifact first."""
    return (PLAIN, *REDUCED[target])


__all__ = ["CALIBRATED", "PACKAGES", "REDUCED", "VARIANTS", "Plain", "Reduce", "variants"]
