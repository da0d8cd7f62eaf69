"""TF.js: the writer of graph models, its variants, and what given models are known by."""

from pathlib import Path

from seqbench.targets.target import Target, Variant
from seqbench.targets.tfjs.checks import dangers, recognizes
from seqbench.targets.tfjs.precision import holds_byte_weights, holds_half_weights
from seqbench.targets.tfjs.variants import LEAST_ELEMENTS, fp16, int8_weights
from seqbench.targets.tfjs.writer import DTYPES, export

REACH = f"weights of two dimensions or more and at least {LEAST_ELEMENTS} elements"
"""What its variants narrow."""

TARGET = Target(
    name="tfjs",
    filename="tfjs",
    summary="TensorFlow.js graph model, for browsers",
    packages=("tensorflow", "keras"),
    export=export,
    form="a folder with model.json",
    recognizes=recognizes,
    check=dangers,
    lacks=DTYPES,
    variants={
        "fp16": Variant(
            write=fp16, holds=holds_half_weights, narrow="weights in 16 bits", reach=REACH
        ),
        "int8-weights": Variant(
            write=int8_weights, holds=holds_byte_weights, narrow="weights in 8 bits", reach=REACH
        ),
    },
    usage=Path(__file__).with_name("usage.md.j2"),
)
