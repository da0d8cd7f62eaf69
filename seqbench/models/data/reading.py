"""From a data source to a model's Data, whatever the source is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from seqbench.core.errors import InputError
from seqbench.core.scenario import Data
from seqbench.models.data.array_files import read_npy, read_npz
from seqbench.models.data.pictures import read_pictures
from seqbench.models.data.source import DataSource
from seqbench.models.data.tables import read_csv, read_parquet
from seqbench.models.python_file import run_file, translate_errors
from seqbench.models.source import Source

if TYPE_CHECKING:
    import keras


def read_data(source: DataSource, build: "Callable[[], keras.Sequential]") -> Data:
    """Return the data that a source holds; whether it fits the model is `datacheck`'s business.

    Args:
        source: what to read.
        build: gives the model, of whose input and output tables and pictures are made.

    Raises:
        InputError: it cannot be read, or not for this model.

    """
    match source.form:
        case "npz":
            return read_npz(source.path)
        case "npy":
            return read_npy(source.path)
        case "csv":
            return read_csv(source.path, build())
        case "parquet":
            return read_parquet(source.path, build())
        case "pictures":
            return read_pictures(source.path, build())
        case "python":
            return _call(source)


def _call(source: DataSource) -> Data:
    """Run a Python file and return what its function gives."""
    name = source.function or ""
    place = Source(name=name, path=source.path, attribute=name, form="python")
    function = getattr(run_file(place), name, None)
    if not callable(function):
        raise InputError(f"{source.path}: has no function {name!r}")
    found = translate_errors(function, place)()
    if not isinstance(found, Data):
        kind = type(found).__name__
        raise InputError(f"{source.place}: expected a seqbench.Data, the function returned {kind}")
    return Data(
        x_train=np.asarray(found.x_train),
        y_train=None if found.y_train is None else np.asarray(found.y_train),
        x_test=np.asarray(found.x_test),
        y_test=None if found.y_test is None else np.asarray(found.y_test),
    )
