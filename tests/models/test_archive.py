"""Saved models are read, and rewritten, without Keras."""

import json
import re
import zipfile
from pathlib import Path

import h5py
import keras
import pytest
from keras import layers

from seqbench.core.errors import InputError
from seqbench.models.archive import listed_names, loadable_copy, read_config

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)


def save(path: Path) -> Path:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(64, name="d")], name="net")
    model.compile("adam", "mse")
    model.save(path)
    return path


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("_", "."), text)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_config(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_config_and_version(tmp_path: Path, suffix: str) -> None:
    config, version = read_config(save(tmp_path / f"net{suffix}"))
    assert (config["class_name"], config["config"]["name"]) == ("Sequential", "net")
    assert version == keras.__version__
    assert "compile_config" not in config


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.98])
def test_truncated(tmp_path: Path, suffix: str, kept: float) -> None:
    path = save(tmp_path / f"net{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    assert re.fullmatch(r"is truncated or damaged \(.+\); copy or save it again", refused(path))


def test_a_flipped_byte_in_a_zip(tmp_path: Path) -> None:
    path = save(tmp_path / "net.keras")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert refused(path) == "is damaged at model.weights.h5; copy or save it again"


def test_no_model_at_all(tmp_path: Path) -> None:
    expected = "is no Keras model: expected a zip (.keras) or HDF5 (.h5) file"
    assert refused(write(tmp_path / "a.keras", b"hello")) == expected
    assert refused(write(tmp_path / "a.h5", b"\0" * 4096)) == expected
    assert refused(write(tmp_path / "b.keras", b"")) == "is empty"


def test_a_zip_or_hdf5_of_something_else(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.keras", readme_txt="hello")
    assert refused(path) == "is a zip file without config.json, no Keras model"
    weights = tmp_path / "net.weights.h5"
    keras.saving.load_model(save(tmp_path / "net.keras"), compile=False).save_weights(weights)
    assert refused(weights) == (
        'holds no model config (weights alone?); save the whole model, model.save("x.keras")'
    )


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"class_name": 3, "config": {}}', '{"a": 1}'])
def test_a_config_of_something_else(tmp_path: Path, text: str) -> None:
    assert refused(archive(tmp_path / "a.keras", config_json=text)).startswith(
        "its config is no Keras model's: "
    )


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".hdf5"])
def test_an_unchanged_file_is_not_copied(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"net{suffix.replace('hdf5', 'h5')}").rename(tmp_path / f"net{suffix}")
    with loadable_copy(path, None) as file:
        assert file == path


def test_a_suffix_that_is_not_the_content_s(tmp_path: Path) -> None:
    path = save(tmp_path / "net.h5").rename(tmp_path / "net.keras")  # as TensorFlow before 2.12
    with loadable_copy(path, None) as file:
        assert (file.suffix, file.read_bytes()) == (".h5", path.read_bytes())
    assert not file.exists()


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_copy_has_the_config_and_all_else_of_the_file(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"net{suffix}")
    before = path.read_bytes()
    config, _ = read_config(path)
    config["config"]["name"] = "n" * 100_000  # longer than an HDF5 attribute of fixed size
    with loadable_copy(path, config) as file:
        assert read_config(file) == (config, keras.__version__)
        if suffix == ".keras":
            with zipfile.ZipFile(path) as old, zipfile.ZipFile(file) as new:
                assert new.namelist() == old.namelist()
                assert new.read("model.weights.h5") == old.read("model.weights.h5")
                assert json.loads(new.read("config.json")) == config
        else:
            with h5py.File(path) as old_h5, h5py.File(file) as new_h5:
                names: list[str] = []
                old_h5.visit(names.append)
                assert names
                assert all(name in new_h5 for name in names)
    assert not file.exists()
    assert path.read_bytes() == before


def damaged(path: Path, name: str) -> str:
    with h5py.File(path, "r+") as file:
        del file[name]
    return refused(path)


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    again = 'save the whole model again, model.save("x.keras")'
    path = tmp_path / "net.h5"
    assert damaged(save(path), "model_weights") == f"holds no group 'model_weights': {again}"
    assert damaged(save(path), "model_weights/d") == f"holds no weights of layer 'd': {again}"
    (name,) = (n for n in _names(save(path)) if n.endswith("d/kernel"))
    weight = name.removeprefix("model_weights/d/")
    assert damaged(path, name) == f"holds no weight {weight!r} of layer 'd': {again}"
    with h5py.File(save(path), "r+") as file:
        file["model_weights"].attrs["layer_names"] = []
    assert refused(path) == f"holds no weights of layer 'd': {again}"
    path = archive(tmp_path / "net.keras", config_json='{"class_name": "Sequential", "config": []}')
    assert refused(path) == f"holds no model.weights.h5: {again}"


def _names(path: Path) -> list[str]:
    names: list[str] = []
    with h5py.File(path) as file:
        file.visit(names.append)
    return names


def test_a_list_of_names_may_be_in_pieces(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["layer_names0"] = ["a", "b"]
        file.attrs["layer_names1"] = ["c"]
        file.attrs["weight_names"] = [b"d"]
        assert listed_names(file, "layer_names") == ["a", "b", "c"]
        assert listed_names(file, "weight_names") == ["d"]
        assert listed_names(file, "others") == []
