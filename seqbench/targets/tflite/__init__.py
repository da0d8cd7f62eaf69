"""TFLite: the writer, its variants in reduced precision, and the check of given files."""

from pathlib import Path

from seqbench.targets.target import TWO_GIB, Limit, Target, Variant
from seqbench.targets.tflite.checks import dangers, quantized
from seqbench.targets.tflite.precision import (
    holds_byte_activations,
    holds_byte_weights,
    holds_half_weights,
)
from seqbench.targets.tflite.variants import fp16, int8, int8_weights
from seqbench.targets.tflite.writer import export

TARGET = Target(
    name="tflite",
    filename="model.tflite",
    summary="TensorFlow Lite, for phones and small devices",
    packages=("tensorflow", "keras"),
    export=export,
    limit=Limit(size_bytes=TWO_GIB, what="a .tflite file (FlatBuffers)"),
    form="a .tflite file",
    recognizes=lambda path: path.is_file() and path.suffix == ".tflite",
    check=dangers,
    quantized=quantized,
    lacks={"float64": "float32"},
    variants={
        "fp16": Variant(
            write=fp16, holds=holds_half_weights, narrow="weights in 16 bits", reach="weights"
        ),
        "int8-weights": Variant(
            write=int8_weights,
            holds=holds_byte_weights,
            narrow="weights in 8 bits",
            reach="weights of 1024 elements and more",
        ),
        "int8": Variant(
            write=int8,
            calibrated=True,
            holds=holds_byte_activations,
            narrow="activations in 8 bits",
            reach="operations that TFLite has in 8 bits",
        ),
    },
    usage=Path(__file__).with_name("usage.md.j2"),
)
