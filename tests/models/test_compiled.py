"""The metrics in a saved model's file."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import pytest

from seqbench.models.compiled import read_metrics


def model() -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


@pytest.mark.parametrize("suffix", ["keras", "h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_metrics_have_the_names_that_keras_knows_them_by(suffix: str, tmp_path: Path) -> None:
    saved, path = model(), tmp_path / f"mine.{suffix}"
    saved.save(path)
    assert read_metrics(path) == ()
    own = keras.metrics.MeanAbsoluteError(name="mine")
    saved.compile("adam", "mse", metrics=["accuracy", own, keras.metrics.Accuracy()])
    saved.save(path)
    assert read_metrics(path) == ("accuracy", "mean_absolute_error", "Accuracy")


def test_keras_2_says_it_in_another_way(tmp_path: Path) -> None:
    wrapper = {"name": "accuracy", "dtype": "float32", "fn": "sparse_categorical_accuracy"}
    metrics = [[{"class_name": "MeanMetricWrapper", "config": wrapper}], ["mae"]]
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs["training_config"] = json.dumps({"loss": "mse", "metrics": metrics})
    assert read_metrics(tmp_path / "old.h5") == ("accuracy", "mae")
