"""Bombs and files that lead elsewhere are seen before anything is unpacked."""

import io
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import numpy as np
import psutil
import pytest
from keras import layers

from seqbench.errors import InputError
from seqbench.models import container_limits
from seqbench.models.archive import read_config
from seqbench.models.model_file import load_file

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras's, with numpy 2, on saving
)

MIB = 1 << 20


@pytest.fixture
def path(tmp_path: Path) -> Path:
    keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="net").save(tmp_path / "n.keras")
    return tmp_path / "n.keras"


def rewritten(path: Path, **changed: bytes | None) -> Path:
    """Write the archive again, compressed, with members changed or (None) left out."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members |= {name.replace("__", "."): text or b"" for name, text in changed.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_config(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path)).removeprefix(": ")


def unread(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return why a file is refused, which must be before any member is unpacked."""

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(zipfile.ZipFile, "open", fail)
    return refused(path)


def test_a_config_that_is_a_bomb_is_not_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = container_limits.CONFIG_BYTES + 1
    rewritten(path, config__json=b" " * size)
    assert path.stat().st_size < MIB
    assert unread(path, monkeypatch) == (
        "its config.json has 64.0 MiB unpacked, expected at most 64.0 MiB; no model needs that much"
    )


def test_metadata_that_is_a_bomb_is_not_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten(path, metadata__json=b" " * (MIB + 1))
    assert unread(path, monkeypatch).startswith("its metadata.json has ")


def test_a_member_is_never_read_beyond_what_it_declares(path: Path) -> None:
    rewritten(path, config__json=b" " * 3000)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("config.json")
    place = content.rindex(b"config.json") - 46  # its entry in the list at the end
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    assert info.file_size == 3000
    assert "is damaged at config.json" in refused(path)


def declare(path: Path, name: str, size: int) -> None:
    """Let a member say that it has another size."""
    content = bytearray(path.read_bytes())
    place = content.rindex(name.encode()) - 46
    content[place + 24 : place + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)


def test_weights_that_keras_would_take_for_a_bomb(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_limits, "_FLOOR_BYTES", MIB)
    rewritten(path, model__weights__h5=bytes(2 * MIB))
    assert unread(path, monkeypatch).startswith("model.weights.h5: has 2.00 MiB unpacked and 2.0")


def test_more_than_the_memory_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = psutil.virtual_memory().total
    rewritten(path, **{f"assets/{i}": b"x" * 100 for i in range(total // (1 << 32) + 2)})
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("assets/")]
    monkeypatch.setattr(container_limits, "_MOST_ZIPPED", 1 << 40)
    for name in names:
        declare(path, name, (1 << 32) - 2)
    assert "of memory that are here" in unread(path, monkeypatch)


def test_weights_of_zeros_are_no_bomb(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((1000,)), layers.Dense(1000, kernel_initializer="zeros")], name="net"
    )
    model.save(tmp_path / "n.keras")
    size = (tmp_path / "n.keras").stat().st_size
    rewritten(tmp_path / "n.keras")
    assert (tmp_path / "n.keras").stat().st_size < size / 100
    assert load_file(tmp_path / "n.keras", allow_code=False).count_params() == 1001000


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/x", "..\\a", "C:\\a", "assets/../x"])
def test_names_that_lead_out_of_the_archive(path: Path, name: str) -> None:
    rewritten(path, **{name: b"x"})
    assert refused(path) == f"its member {name!r} leads out of the archive; refused"


def test_a_link_is_refused(path: Path) -> None:
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/hostname")
    assert refused(path) == "its member 'assets/link' is a link; refused"


def test_two_configs_are_refused(path: Path) -> None:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("config.json", "{}")
    assert refused(path).startswith("holds 'config.json' twice, of which each reader may take")


def test_an_encrypted_member_is_refused(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.rindex(b"config.json") - 46
    content[place + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == "its member 'config.json' is encrypted; save the model without"


def nest(levels: int) -> bytes:
    config = '{"class_name": "Sequential", "config": {"layers": '
    return (config + "[" * levels + "]" * levels + "}}").encode()


@pytest.mark.parametrize("levels", [200, 5000, 1_000_000])
def test_a_config_that_is_nested_without_end(path: Path, levels: int) -> None:
    rewritten(path, config__json=nest(levels))
    assert refused(path) == (
        "its config is nested more than 200 levels deep, which no model's is; refused"
    )


def test_metadata_that_is_nested_without_end(path: Path) -> None:
    rewritten(path, metadata__json=b"[" * 100_000)
    assert refused(path) == "its metadata.json is no Keras model's"


def test_models_in_models_load(tmp_path: Path) -> None:
    model = keras.Sequential([layers.Dense(2)])
    for _ in range(8):
        model = keras.Sequential([model])
    model = keras.Sequential([keras.Input((3,)), model])
    model.save(tmp_path / "n.keras")
    assert load_file(tmp_path / "n.keras", allow_code=False).count_params() == 8


HDF5: dict[str, tuple[Callable[[h5py.Group, Path], object], str]] = {
    "a link to another file": (
        lambda group, other: group.__setitem__("x", h5py.ExternalLink(str(other), "/secret")),
        "/x is a link to the file ",
    ),
    "data in another file": (
        lambda group, other: group.create_dataset("x", (1,), "f4", external=[(str(other), 0, 4)]),
        "/x: its data lie in other files; refused",
    ),
    "a view of another file": (
        lambda group, other: group.create_virtual_dataset("x", view(other)),
        "/x: its data lie in other files; refused",
    ),
    "a shape that is a bomb": (
        lambda group, _: group.create_dataset(
            "x", (1 << 40,), "f4", chunks=(1 << 20,), compression="gzip"
        ),
        "/x: has 4.00 TiB unpacked and 0 B stored, which Keras does not load; refused",
    ),
}


def view(other: Path) -> h5py.VirtualLayout:
    layout = h5py.VirtualLayout(shape=(1,), dtype="f4")
    layout[:] = h5py.VirtualSource(str(other), "secret", shape=(1,))
    return layout


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("what", list(HDF5))
def test_hdf5_that_reads_other_files_or_is_a_bomb(tmp_path: Path, what: str, suffix: str) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.ones(1, "f4")
    path = tmp_path / f"n{suffix}"
    keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="net").save(path)
    change, message = HDF5[what]
    if suffix == ".h5":
        with h5py.File(path, "r+") as file:
            change(file["model_weights"], other)
    else:
        with zipfile.ZipFile(path) as archive:
            weights = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(weights, "r+") as file:
            change(file["layers"], other)
        rewritten(path, model__weights__h5=weights.getvalue())
    assert message in refused(path)


def test_links_that_lead_back_are_followed_once(tmp_path: Path) -> None:
    path = tmp_path / "n.h5"
    keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="net").save(path)
    with h5py.File(path, "r+") as file:
        file["model_weights/again"] = file["model_weights"]
    assert load_file(path, allow_code=False).count_params() == 16


@pytest.mark.parametrize("fixed", [True, False])
def test_an_attribute_that_is_too_long(
    tmp_path: Path, fixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container_limits, "CONFIG_BYTES", 20_000)
    path = tmp_path / "n.h5"
    keras.Sequential([keras.Input((3,)), layers.Dense(4)], name="net").save(path)
    with h5py.File(path, "r+") as file:
        config = str(file.attrs["model_config"]) + " " * 30_000
        del file.attrs["model_config"]
        file.attrs["model_config"] = np.bytes_(config.encode()) if fixed else config
    assert "its model_config has 3" in refused(path)


def test_an_attribute_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "n.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = 3
    assert refused(path).startswith("its config is no Keras model's: ")
