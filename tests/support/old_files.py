"""HDF5 files in the layout of Keras 1 and 2, written without Keras."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

DATA = Path(__file__).parents[1] / "data" / "keras2"


class Saved(NamedTuple):
    """A model as Keras 2 saved it, with an input and Keras 2's own output for it."""

    config: dict[str, Any]
    weights: dict[str, dict[str, np.ndarray]]
    x: np.ndarray
    y: np.ndarray


def write_hdf5(
    path: Path,
    config: Mapping[str, Any],
    weights: Mapping[str, Mapping[str, np.ndarray]],
    version: str | None,
    backend: str | None = None,
) -> Path:
    """Write a model; `weights` are those of each layer, by their names, in order."""
    with h5py.File(path, "w") as file:
        groups = file.create_group("model_weights")
        for key, value in (("keras_version", version), ("backend", backend)):
            if value is not None:
                file.attrs[key] = groups.attrs[key] = value.encode()
        file.attrs["model_config"] = json.dumps(config).encode()
        groups.attrs["layer_names"] = np.array([name.encode() for name in weights])
        for layer, arrays in weights.items():
            group = groups.create_group(layer)
            group.attrs["weight_names"] = np.array([name.encode() for name in arrays], "S")
            for name, array in arrays.items():
                group.create_dataset(name, data=np.asarray(array, "float32"))
    return path


def saved_by_keras_2() -> dict[str, Saved]:
    """Return the models of `tests/data/keras2/ages.npz`, by name."""
    with np.load(DATA / "ages.npz") as arrays:
        models, values = json.loads(arrays["models"].tobytes()), iter(arrays["values"])
    return {name: _saved(model, values) for name, model in models.items()}


def _saved(model: dict[str, Any], values: Iterator[float]) -> Saved:
    def take(shape: list[int]) -> np.ndarray:
        return np.fromiter(values, "float32", count=int(np.prod(shape))).reshape(shape)

    weights = {
        layer: {name: take(shape) for name, shape in arrays.items()}
        for layer, arrays in model["weights"].items()
    }
    return Saved(model["config"], weights, take(model["x"]), take(model["y"]))
