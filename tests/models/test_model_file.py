"""Saved models load without running code from them, or one line says why not."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from keras.src.utils import python_utils

from seqbench.core.errors import InputError
from seqbench.models.model_file import load_file
from tests.support.old_files import write_hdf5

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

SUFFIXES = pytest.mark.parametrize("suffix", [".keras", ".h5"])


def save(path: Path, *of: Any, shape: tuple[int, ...] = (4, 3)) -> Path:
    keras.Sequential([keras.Input(shape), *of], name="net").save(path)
    return path


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change the config of a saved model as someone with an editor would."""
    if path.suffix == ".h5":
        with h5py.File(path, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            change(config)
            file.attrs["model_config"] = json.dumps(config)
        return path
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    config = json.loads(members["config.json"])
    change(config)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in (members | {"config.json": json.dumps(config).encode()}).items():
            new.writestr(name, content)
    return path


def refused(path: Path, *, allow_code: bool = False) -> str:
    with pytest.raises(InputError) as caught:
        load_file(path, allow_code=allow_code)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@SUFFIXES
def test_a_model_loads_with_its_weights_uncompiled(tmp_path: Path, suffix: str) -> None:
    model = keras.Sequential([keras.Input((4, 3)), layers.LSTM(2), layers.Dense(2)])
    model.compile("adam", "mse", metrics=["accuracy"], run_eagerly=True)  # no graph: sooner
    model.fit(np.ones((2, 4, 3)), np.ones((2, 2)), verbose=0)
    model.save(tmp_path / f"net{suffix}")
    loaded = load_file(tmp_path / f"net{suffix}", allow_code=False)
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 4, 3)
    np.testing.assert_array_equal(loaded(x), model(x))
    assert not loaded.compiled


@SUFFIXES
def test_a_functional_model_with_masks_loads(tmp_path: Path, suffix: str) -> None:
    start = keras.Input((5,))
    masked = layers.Embedding(9, 3, mask_zero=True)(start)
    model = keras.Model(start, layers.Bidirectional(layers.LSTM(2))(masked))
    model.save(tmp_path / f"net{suffix}")
    loaded = load_file(tmp_path / f"net{suffix}", allow_code=False)
    x = np.array([[1, 2, 0, 0, 0], [3, 0, 4, 5, 0]])
    np.testing.assert_array_equal(loaded(x), model(x))


@pytest.mark.parametrize("layers", [3, [3], [{"class_name": "Dense"}], [{"config": {}}]])
def test_a_config_with_layers_of_another_kind(tmp_path: Path, layers: Any) -> None:
    path = save(tmp_path / "net.keras", keras.layers.Dense(2))
    edit(path, lambda c: c["config"].update(layers=layers))
    assert refused(path).startswith("its config is no Keras model's: ")


def lambdas() -> dict[str, Any]:
    def made() -> layers.Lambda:
        return layers.Lambda(lambda x: x * 2, name="double")

    start = keras.Input((4, 3))
    return {
        "plain": made(),
        "nested": keras.Sequential([made()]),
        "deeper": keras.Sequential([keras.Sequential([made()])]),
        "wrapped": layers.TimeDistributed(made()),
        "functional": keras.Model(start, made()(start)),
    }


@SUFFIXES
@pytest.mark.parametrize("kind", list(lambdas()))
def test_a_lambda_needs_the_flag(tmp_path: Path, suffix: str, kind: str) -> None:
    path = save(tmp_path / f"net{suffix}", lambdas()[kind])
    assert refused(path) == (
        "layer 'double' is or holds a Lambda layer, code from the file; "
        "pass --allow-code if you trust the file"
    )
    model = load_file(path, allow_code=True)
    np.testing.assert_array_equal(model(np.ones((1, 4, 3))), 2 * np.ones((1, 4, 3)))


def test_a_named_lambda_is_refused_too(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras", layers.Lambda(keras.ops.abs, name="size"))
    assert refused(path).startswith("layer 'size' is or holds a Lambda layer")


def test_an_activation_that_is_a_lambda(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras", layers.Dense(2, activation="relu", name="d"))
    dumped = python_utils.func_dump(lambda x: x)
    code = {"class_name": "__lambda__", "config": {"value": dumped}}
    edit(path, lambda c: c["config"]["layers"][1]["config"].update(activation=code))
    assert refused(path).startswith("layer 'd' is or holds a Python lambda, code from the file")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("TFSMLayer", "a TFSMLayer (it runs a SavedModel)"),
        ("TorchModuleWrapper", "a TorchModuleWrapper (it unpickles)"),
    ],
)
def test_layers_that_bring_code_in_other_ways(tmp_path: Path, name: str, what: str) -> None:
    path = save(tmp_path / "net.keras", layers.Dense(2, name="d"))
    edit(path, lambda c: c["config"]["layers"][1].update(class_name=name))
    assert refused(path) == (
        f"layer 'd' is or holds {what}, code from the file; pass --allow-code if you trust the file"
    )


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


@SUFFIXES
@pytest.mark.parametrize("allow_code", [False, True])
def test_modules_named_in_a_config_are_not_imported(
    tmp_path: Path, suffix: str, allow_code: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)
    path = save(tmp_path / f"net{suffix}", layers.Dense(2, name="d"))
    custom = {"class_name": "Mine", "module": "trap", "registered_name": "trap>Mine"}
    edit(path, lambda c: c["config"]["layers"][1].update(custom))
    assert refused(path, allow_code=allow_code) == (
        "layer 'd' is of class Mine, which Keras does not have; give the Python file that "
        "defines it and builds the model (file.py:name)"
    )
    assert not (tmp_path / "mark").exists()


def test_weights_are_not_unpickled(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    pickle.loads(pickle.dumps(Trap(mark)))  # noqa: S301 - a pickle of our own
    assert mark.exists()
    mark.unlink()
    path = save(tmp_path / "net.keras", layers.Dense(2))
    with zipfile.ZipFile(path) as old:
        config = old.read("config.json")
    weights = io.BytesIO()
    np.save(weights, np.array([Trap(mark)], dtype=object))
    arrays = io.BytesIO()
    with zipfile.ZipFile(arrays, "w") as npz:
        npz.writestr("__root__.npy", weights.getvalue())
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("config.json", config)
        new.writestr("model.weights.npz", arrays.getvalue())
    assert "allow_pickle" in refused(path)
    assert not mark.exists()


def test_a_file_outside_the_archive_is_not_read(tmp_path: Path) -> None:
    path = save(
        tmp_path / "net.keras", layers.IntegerLookup(vocabulary=[1, 2], name="look"), shape=(1,)
    )
    outside = {"vocabulary": "/etc/hostname"}
    edit(path, lambda c: c["config"]["layers"][1]["config"].update(outside))
    assert refused(path) == (
        "layer 'look' reads its vocabulary from the file '/etc/hostname', which is not in the "
        "model's; pass --allow-code if you trust the file"
    )


def test_a_loss_of_a_nested_model_is_left_alone(tmp_path: Path) -> None:
    def own_loss(y: Any, z: Any) -> Any:
        return y - z

    inner = keras.Sequential([layers.Dense(2)])
    inner.compile(loss=own_loss)
    loaded = load_file(save(tmp_path / "net.keras", inner), allow_code=False)
    assert not loaded.layers[0].compiled


def test_an_unknown_layer_is_named(tmp_path: Path) -> None:
    class Mine(keras.layers.Layer):  # type: ignore[misc] # mypy does not follow keras
        def call(self, x: Any) -> Any:
            return x

    path = save(tmp_path / "net.keras", keras.Sequential([Mine(name="deep")]))
    message = (
        "layer 'deep' is of class Mine, which Keras does not have; give the Python file that "
        "defines it and builds the model (file.py:name)"
    )
    assert refused(path) == message
    assert refused(path, allow_code=True) == message
    with keras.saving.custom_object_scope({"Mine": Mine}):
        assert isinstance(load_file(path, allow_code=False).layers[0].layers[0], Mine)


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras", layers.Dense(2, name="d"))
    edit(path, lambda c: c["config"]["layers"][1]["config"].update(units=3))
    assert refused(path).startswith("Keras cannot load it: ValueError: ")


def test_a_layer_that_old_versions_had_is_named_with_them(tmp_path: Path) -> None:
    for kind, version in (("LocallyConnected1D", "2.4.0"), ("Highway", "1.2.2"), ("Merge", None)):
        first = {"name": "it", "batch_input_shape": [None, 3]}
        config = {"class_name": "Sequential", "config": [{"class_name": kind, "config": first}]}
        path = write_hdf5(tmp_path / "net.h5", config, {"it": {}}, version)
        assert refused(path) == (
            f"layer 'it' is of class {kind} (the file is of Keras {version or '1 or 2'}), which "
            "Keras 3 does not have; build the model in Keras 3 of what it has, or give the Python "
            "file that defines it and builds the model (file.py:name)"
        )


def test_layers_of_cudnn_in_a_zip(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras", layers.LSTM(2, name="r"))
    edit(path, lambda c: c["config"]["layers"][1].update(class_name="CuDNNLSTM"))
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in (members | {"metadata.json": b'{"keras_version": "2.13.1"}'}).items():
            new.writestr(name, content)
    assert refused(path) == (
        "layer 'r' is a CuDNNLSTM, whose weights Keras 3 does not find in a .keras file; save "
        'it in Keras 2 as HDF5, model.save("x.h5")'
    )


@SUFFIXES
def test_a_random_shear_that_keras_does_not_read_again(tmp_path: Path, suffix: str) -> None:
    made = layers.RandomShear(0.3, (0.1, 0.2), name="shear")
    path = save(tmp_path / f"net{suffix}", made, shape=(4, 4, 1))
    with pytest.raises((TypeError, ValueError), match="factor"):
        keras.saving.load_model(path)
    (loaded,) = load_file(path, allow_code=False).layers
    assert (loaded.x_factor, loaded.y_factor) == ((-0.3, 0.3), (0.1, 0.2))
