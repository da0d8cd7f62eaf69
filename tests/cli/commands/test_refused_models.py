"""Of several models some cannot be used: the others are done, and every bad one is named."""

import json
from pathlib import Path

import keras
import pytest
from click.testing import Result
from keras import layers

from tests.support.commands import seqbench

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*does not have a `quantize` method:UserWarning"),
]


def save(path: Path, *of: keras.Layer) -> keras.Sequential:
    model = keras.Sequential([keras.Input((3,)), *of])
    model.save(path)
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models, of which one is right and one has no equivalent in ONNX."""
    folder = tmp_path_factory.mktemp("models")
    save(folder / "right.keras", layers.Dense(2))
    (folder / "a_empty.keras").write_bytes(b"")
    (folder / "cut.keras").write_bytes((folder / "right.keras").read_bytes()[:900])
    save(folder / "z_code.keras", layers.Lambda(lambda x: x, name="same"))
    lacking = save(folder / "lacking.keras", layers.Dense(2))
    lacking.quantize("float8")
    lacking.save(folder / "lacking.keras")
    return folder


def named(done: Result) -> list[str]:
    """Return the files that are named in lines of their own, in order."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("seqbench: ")]
    return [Path(line.split(": ")[1]).stem for line in lines]


def test_the_others_are_done(folder: Path, tmp_path: Path) -> None:
    models = [folder / f"{name}.keras" for name in ("a_empty", "right", "cut", "z_code")]
    options = ["--target", "onnx", "--out", tmp_path / "out", "--json", tmp_path / "records.json"]
    done = seqbench("export", *models, *options)
    assert done.exit_code == 2
    assert named(done) == ["a_empty", "cut", "z_code"]
    assert "pass" in done.stdout
    records = json.loads((tmp_path / "records.json").read_text())
    assert [(it["model"], it["status"]) for it in records] == [("right", "pass")] * 2
    assert (tmp_path / "out" / "right" / "model.onnx").exists()


def test_a_cell_that_failed_counts_more(folder: Path, tmp_path: Path) -> None:
    models = [folder / f"{name}.keras" for name in ("a_empty", "lacking")]
    options = ["--only", "export", "--target", "onnx", "--device", "cpu", "--out", tmp_path / "out"]
    done = seqbench("run", *models, *options)
    assert done.exit_code == 1
    assert named(done) == ["a_empty"]
    assert "unsupported" in done.stdout
    assert (tmp_path / "out" / "report.html").exists()


def test_where_none_can_be_used_each_is_named(folder: Path, tmp_path: Path) -> None:
    models = [folder / f"{name}.keras" for name in ("z_code", "a_empty")]
    done = seqbench("export", *models, "--target", "onnx", "--out", tmp_path)
    assert done.exit_code == 2
    assert named(done) == ["z_code", "a_empty"]
    assert not done.stdout
