"""TFLite in reduced precision, by TensorFlow's own converter; inputs and outputs stay float32.

Source: the converter's post-training quantization, LiteRT's guide.
"""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from seqbench.targets.frozen import INPUT
from seqbench.targets.target import Exported, Plain
from seqbench.targets.tflite import writer


def fp16(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it with float16 weights, which LiteRT widens when it loads them."""
    import tensorflow as tf

    def halve(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]

    return writer.write(plain.frozen, path, halve)


def int8_weights(plain: Plain, path: Path, _: np.ndarray | None) -> Exported:
    """Write it with 8-bit weights of 1024 elements and more; activations follow at run time."""
    import tensorflow as tf

    def quantize(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]

    return writer.write(plain.frozen, path, quantize)


def int8(plain: Plain, path: Path, calibration: np.ndarray | None) -> Exported:
    """Write it with 8-bit weights and activations, where TFLite has the operations in 8 bits."""
    import tensorflow as tf

    assert calibration is not None  # noqa: S101 - no cell of this variant runs without

    def rows() -> Iterator[dict[str, np.ndarray]]:
        for i in range(len(calibration)):
            yield {INPUT: calibration[i : i + 1]}

    def quantize(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = rows
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
            tf.lite.OpsSet.TFLITE_BUILTINS,
        ]

    with warnings.catch_warnings():  # the converter's own calibrator is what it warns of
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated", UserWarning)
        return writer.write(plain.frozen, path, quantize)
