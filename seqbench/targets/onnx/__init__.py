"""ONNX: the writer, its variants, the check of given files, and what tf2onnx has wrong."""

from pathlib import Path

from seqbench.targets.onnx.checks import dangers
from seqbench.targets.onnx.precision import (
    holds_byte_activations,
    holds_byte_weights,
    holds_half_weights,
)
from seqbench.targets.onnx.variants import fp16, int8, int8_weights
from seqbench.targets.onnx.writer import export
from seqbench.targets.target import Target, Variant

TARGET = Target(
    name="onnx",
    filename="model.onnx",
    summary="ONNX, for ONNX Runtime on servers, desktops and edge devices",
    packages=("tensorflow", "keras", "tf2onnx", "onnx"),
    export=export,
    form="an .onnx file",
    recognizes=lambda path: path.is_file() and path.suffix == ".onnx",
    check=dangers,
    converter="tf2onnx.convert",
    variants={
        "fp16": Variant(
            write=fp16,
            packages=("onnxruntime",),
            holds=holds_half_weights,
            narrow="weights in 16 bits",
            reach="weights",
        ),
        "int8-weights": Variant(
            write=int8_weights,
            packages=("onnxruntime",),
            holds=holds_byte_weights,
            narrow="weights in 8 bits",
            reach="tables, and weights of products, convolutions and LSTMs",
        ),
        "int8": Variant(
            write=int8,
            packages=("onnxruntime",),
            calibrated=True,
            holds=holds_byte_activations,
            narrow="activations in 8 bits",
            reach="products, convolutions, and what hands their 8 bits on",
        ),
    },
    usage=Path(__file__).with_name("usage.md.j2"),
)
