"""TF.js: the writer of graph models, its variants, and what given models are known by."""

from seqbench.targets.target import Target, Variant
from seqbench.targets.tfjs.checks import dangers, recognizes
from seqbench.targets.tfjs.variants import fp16, int8_weights
from seqbench.targets.tfjs.writer import DTYPES, export

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
        "fp16": Variant(write=fp16),
        "int8-weights": Variant(write=int8_weights),
    },
)
