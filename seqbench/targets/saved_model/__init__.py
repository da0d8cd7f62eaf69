"""TensorFlow SavedModel."""

from pathlib import Path

from seqbench.targets.saved_model.checks import dangers
from seqbench.targets.saved_model.writer import export
from seqbench.targets.target import Target

TARGET = Target(
    name="saved_model",
    filename="saved_model",
    summary="TensorFlow SavedModel, for servers",
    packages=("tensorflow", "keras"),
    export=export,
    form="a folder with saved_model.pb",
    recognizes=lambda path: (path / "saved_model.pb").exists(),
    check=dangers,
    main_file="saved_model.pb",
    check_needs="tensorflow",
    usage=Path(__file__).with_name("usage.md.j2"),
)
