"""TFLite files as other tools make them."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np


def convert_to_whole_numbers(
    model: Any, path: Path, dtypes: tuple[str, str], rows: np.ndarray
) -> Path:
    """Write a model as a file in whole numbers, with these types of its input and its output.

    `rows`, shape (rows, ...), are what it is calibrated on; they have the input's dtype.
    """
    import tensorflow as tf

    ops = tf.lite.OpsSet.TFLITE_BUILTINS_INT8
    if "int16" in dtypes:
        ops = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    spec = tf.TensorSpec((1, *rows.shape[1:]), rows.dtype)
    concrete = tf.function(model, input_signature=[spec]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([row[None]] for row in rows)
    converter.target_spec.supported_ops = [ops]
    if rows.dtype.kind == "f":
        converter.inference_input_type = tf.as_dtype(dtypes[0])
    converter.inference_output_type = tf.as_dtype(dtypes[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(converter.convert())
    return path
