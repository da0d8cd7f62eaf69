"""The metrics that a saved model was compiled with: their names alone, from its file's text."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

ZIP_CONFIG = "config.json"


def read_metrics(path: Path) -> tuple[str, ...]:
    """Return Keras's names of the metrics in a file that was loaded before; none where unsaid.

    A metric that was given as an object has the name of its class, as Keras spells it as a text.
    Nothing of a model's training set-up is built or executed.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            setup = json.loads(archive.read(ZIP_CONFIG)).get("compile_config")
    else:
        import h5py  # noqa: PLC0415 - only HDF5 files need it

        with h5py.File(path, "r") as file:
            setup = json.loads(file.attrs.get("training_config", "null"))
    found = setup.get("metrics") if isinstance(setup, dict) else None
    return tuple(dict.fromkeys(_names(found)))


def _names(found: Any) -> list[str]:
    """Return the names in a metric, or in a list of them for each output."""
    if isinstance(found, list):
        return [name for one in found for name in _names(one)]
    if isinstance(found, str):
        return [found]
    if not isinstance(found, dict):
        return []
    kind = str(found.get("class_name"))
    if kind == "MeanMetricWrapper":  # Keras 2's, of what was given as a text
        return _names(found.get("config", {}).get("name"))
    # `Accuracy` itself compares labels with outputs, which is no "accuracy".
    return [kind if kind == "Accuracy" else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()]
