"""ONNX files as tf2onnx alone makes them."""

import warnings
from pathlib import Path
from typing import Any


def convert(model: Any, path: Path, shape: tuple[int | None, ...], **options: Any) -> Path:
    """Write a model by tf2onnx alone."""
    import onnx
    import tensorflow as tf
    import tf2onnx

    spec = tf.TensorSpec(shape, tf.float32, name="x")
    call = tf.function(lambda x: model(x, training=False), input_signature=[spec])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proto, _ = tf2onnx.convert.from_function(call, input_signature=[spec], opset=17, **options)
    onnx.save(proto, path)
    return path
