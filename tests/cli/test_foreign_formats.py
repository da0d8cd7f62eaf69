"""Files of other tools through the whole of `verify`: each is read in the form that it has."""

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from seqbench import Status, api
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from tests.support.commands import seqbench
from tests.support.tf2onnx import convert

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data" / "tfjs"


def series_weights() -> list[np.ndarray]:
    """Return the weights in the TF.js file, which are in Keras's order."""
    manifest = json.loads((DATA / "layers_series" / "model.json").read_text())["weightsManifest"]
    values = np.fromfile(DATA / "layers_series" / "group1-shard1of1.bin", np.float32)
    shapes = [entry["shape"] for entry in manifest[0]["weights"]]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    parts = np.split(values, ends)
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of `layers_series`, as Keras 3 saves it."""
    model = keras.Sequential(
        [
            keras.Input((5, 4)),
            layers.Bidirectional(layers.LSTM(3), name="both"),
            layers.Dense(2, name="last"),
        ],
        name="series",
    )
    model.set_weights(series_weights())
    path = tmp_path_factory.mktemp("series") / "series.keras"
    model.save(path)
    return path


@pytest.mark.browser
def test_a_layers_model_of_tfjs_is_judged_as_any_artifact(series: Path, tmp_path: Path) -> None:
    (record,) = api.verify(DATA / "layers_series" / "model.json", series)
    assert (record.status, record.reason) == (Status.PASS, None)
    assert "a layers model (Keras 2.11.0), loaded by tf.loadLayersModel" in record.notes

    folder = tmp_path / "wrong"
    shutil.copytree(DATA / "layers_series", folder)
    values = np.fromfile(folder / "group1-shard1of1.bin", np.float32)
    values[-1] += 0.01  # a bias of the last layer
    values.tofile(folder / "group1-shard1of1.bin")
    (record,) = api.verify(folder, series)
    assert record.status is Status.FAIL
    assert "the first to differ is layer 'last' (Dense)" in (record.reason or "")


@pytest.mark.browser
def test_a_layers_model_of_keras_3_fails_in_words(series: Path, tmp_path: Path) -> None:
    config = json.loads(keras.saving.load_model(series).to_json())
    topology = {"keras_version": keras.__version__, "model_config": config}
    model = {"format": "layers-model", "modelTopology": topology, "weightsManifest": []}
    (tmp_path / "model.json").write_text(json.dumps(model))
    (record,) = api.verify(tmp_path / "model.json", series)
    assert record.status is Status.FAIL
    assert "is a layers model of Keras 3" in (record.reason or "")
    assert "seqbench export MODEL --target tfjs" in (record.reason or "")


@pytest.mark.browser
def test_the_main_file_of_a_folder_stands_for_it(small_cnn: Any, tmp_path: Path) -> None:
    small_cnn.save(tmp_path / "small_cnn.keras")
    frozen = freeze(small_cnn)
    for target, name in (("saved_model", "saved_model.pb"), ("tfjs", "model.json")):
        TARGETS[target].export(frozen, tmp_path / target)
        done = seqbench("verify", f"{target}/{name}", "small_cnn.keras", cwd=tmp_path)
        assert done.exit_code == 0, done.output


def test_channels_first_are_judged_through_a_transposition(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((6, 9, 2)), layers.Conv2D(4, (3, 2), name="conv"), layers.Activation("tanh")],
        name="pictures",
    )
    model.save(tmp_path / "pictures.keras")
    options = {"inputs_as_nchw": ["x:0"], "outputs_as_nchw": ["Identity:0"]}
    right = convert(model, tmp_path / "m.onnx", (None, 6, 9, 2), **options)
    (record,) = api.verify(right, tmp_path / "pictures.keras")
    assert (record.status, record.reason) == (Status.PASS, None)
    assert any("it is asked through a transposition" in note for note in record.notes)
    assert "its input is called 'x', its output 'Identity:0'" in record.notes

    model.layers[0].bias.assign_add([0.0, 0.0, 0.01, 0.0])
    wrong = convert(model, tmp_path / "wrong.onnx", (2, 6, 9, 2), **options)
    (record,) = api.verify(wrong, tmp_path / "pictures.keras")
    assert record.status is Status.FAIL
    assert "the first to differ is layer 'conv' (Conv2D)" in (record.reason or "")
    assert any(note.startswith("fixed batch of 2: ") for note in record.notes)
