"""TF.js graph model: the writer, its variants in reduced precision, and the check of given ones."""

from seqbench.targets.target import Target, Variant
from seqbench.targets.tfjs.checks import dangers
from seqbench.targets.tfjs.variants import fp16, int8_weights
from seqbench.targets.tfjs.writer import DTYPES, export

TARGET = Target(
    name="tfjs",
    filename="tfjs",
    summary="TensorFlow.js graph model, for browsers",
    packages=("tensorflow", "keras"),
    export=export,
    form="a folder with model.json",
    recognizes=lambda path: path.name == "model.json" or (path / "model.json").exists(),
    check=dangers,
    lacks=DTYPES,
    variants={
        "fp16": Variant(write=fp16),
        "int8-weights": Variant(write=int8_weights),
    },
)
