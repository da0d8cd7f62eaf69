"""The commands that a report names, run: each gives its cell again, ended as before."""

import json
import shlex
from pathlib import Path

import pytest

from seqbench import reports
from seqbench.core import store
from seqbench.core.record import Kind, Record, Status
from seqbench.reports.problems import Failure
from tests.support.commands import seqbench

pytestmark = pytest.mark.slow

MIXED = '''
"""A model whose rows depend on each other, which no deployed batch keeps."""
import keras
import numpy as np

from seqbench import Data, Scenario, Training


class Mixed(keras.layers.Layer):
    def call(self, x):
        return x - keras.ops.mean(x, axis=0, keepdims=True)


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), Mixed()])


def data():
    x = np.random.default_rng(0).standard_normal((64, 4)).astype("float32")
    return Data(x_train=x, y_train=x[:, :3], x_test=x, y_test=x[:, :3])


SCENARIO = Scenario(
    name="mixed",
    summary="rows that depend on each other",
    build=build,
    data=data,
    training=Training(loss="mse", epochs=1, metrics=(), batch_size=16),
    batch_sizes=(2,),
)
'''
WORDS = '''
"""A model whose input is text, which TFLite has not."""
import keras

from seqbench import Scenario


def build():
    words = keras.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)
    text = keras.Input((1,), dtype="string")
    return keras.Sequential([text, words, keras.layers.Embedding(5, 2)])


SCENARIO = Scenario(name="words", summary="looks words up", build=build)
'''


def again(command: str, cwd: Path) -> dict[tuple[object, ...], str]:
    """Run a command; return the statuses of its cells by what they are."""
    program, *words = shlex.split(command)
    assert program == "seqbench"
    done = seqbench(*words, "--json", "-", cwd=cwd)
    assert done.exit_code == 1, done.stderr
    return {place(flat): flat["status"] for flat in json.loads(done.stdout)}


def place(flat: dict[str, object]) -> tuple[object, ...]:
    names = ("model", "kind", "target", "runtime", "device", "variant", "batch_size", "threads")
    return tuple(flat[name] for name in names)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with all kinds of cells that do not pass, of files in a spaced folder."""
    folder = tmp_path_factory.mktemp("a run") / "run"
    (folder.parent / "mixed.py").write_text(MIXED)
    (folder.parent / "words.py").write_text(WORDS)
    chosen = ("--target", "tflite", "--device", "cpu,4xcpu,tpu:v5e", "--backend", "tensorflow,jax")
    more = ("--runtime", "keras-jax,litert", "--batch", "3", "--threads", "1")
    done = seqbench(
        "run", "mixed.py", "words.py", *chosen, *more, "--out", folder, cwd=folder.parent
    )
    assert done.exit_code == 1, done.stderr
    return folder


def failure(run: Path, model: str, kind: Kind, target: str | None) -> tuple[Failure, Record]:
    """Return the first of a report's failures that has such a cell, with that cell's record."""
    records = {record.cell.key: record for record in store.read_records(run)}
    for found in reports.load(run).failures:
        for cell in found.cells:
            if (cell.model, cell.kind, cell.target) == (model, kind, target):
                return found, records[cell.key]
    raise AssertionError(f"{model} has no {kind} of {target} that failed")


@pytest.mark.parametrize(
    ("model", "kind", "target"),
    [
        ("mixed", Kind.TRAIN, None),
        ("mixed", Kind.VERIFY, "tflite"),
        ("mixed", Kind.INFER, "tflite"),
        ("words", Kind.EXPORT, "tflite"),
        ("words", Kind.COMPILE, None),
    ],
)
def test_a_cell_that_failed_is_repeated_by_its_command(
    model: str, kind: Kind, target: str | None, broken: Path, tmp_path: Path
) -> None:
    found, record = failure(broken, model, kind, target)
    if kind is Kind.TRAIN:
        assert record.cell.device == "4xcpu"
    runtime = record.cell.runtime if kind in (Kind.INFER, Kind.VERIFY) else None
    parts = [f" --only {kind} ", f" --device {record.cell.device}"]
    parts += [f" --runtime {runtime} "] if runtime else []
    (command,) = (line for line in found.commands if all(part in line for part in parts))
    cells = again(command, tmp_path)
    flat = json.loads((broken / "records" / f"{record.cell.key}.json").read_text())
    assert cells[place(flat)] == record.status != Status.PASS


def test_an_artifact_that_was_given_is_judged_again(
    broken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh export would pass: the artifact is of the same model with other weights."""
    other = tmp_path / "an other.tflite"
    other.write_bytes((broken / "artifacts" / "mixed" / "model.tflite").read_bytes())
    (tmp_path / "plain.py").write_text(PLAIN)
    monkeypatch.setenv("COLUMNS", "1000")  # no line is broken in the terminal
    done = seqbench("verify", other.name, "plain.py", cwd=tmp_path)
    assert done.exit_code == 1, done.stderr
    command = next(
        line.strip("│ ") for line in done.stdout.splitlines() if "seqbench verify" in line
    )
    cells = again(command, tmp_path.parent)
    assert cells == {
        ("plain", "verify", "tflite", "litert", "cpu", "fp32", None, None): Status.FAIL
    }


PLAIN = """
import keras
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
"""
