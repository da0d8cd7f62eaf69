"""`seqbench ab` on real models."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from seqbench.comparison.ab import process_pair
from seqbench.comparison.ab.process_pair import Launch
from tests.comparison.ab.test_sides import git
from tests.support.commands import seqbench


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("three_class",), "give either --base or --self"),
        (("three_class", "--self", "--base", "."), "give either --base or --self"),
        (("--self",), "give at least one MODEL"),
        (("three_class", "--self", "--batch", "many"), "'many' is no list of whole numbers"),
        (("three_class", "--self", "--batch", "0"), "seqbench: batch 0: expected 1 or more"),
        (("three_class", "--self", "--threads", "0"), "seqbench: threads 0: expected 1 or more"),
        (("three_class", "--self", "--runtime", "abacus"), "seqbench: unknown runtime 'abacus'"),
        (("three_class", "--self", "--device", "abacus"), "seqbench: unknown device 'abacus'"),
        (("three_class", "--self", "--seconds", "0"), "seqbench: --seconds 0: expected more"),
        (
            ("three_class", "--self", "--data", "no.npz"),
            "seqbench: no.npz: cannot be read: No such",
        ),
        (("nosuch", "--self"), "seqbench: nosuch: no such scenario or file"),
        (("three_class", "--base", "nosuch"), "seqbench: --base nosuch: expected a git revision"),
    ],
)
def test_bad_input_is_a_line_and_status_2(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = seqbench("ab", *words, cwd=tmp_path)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


@pytest.mark.timing
def test_a_revision_whose_model_did_less_makes_the_working_tree_worse(
    tmp_path: Path, tiny_scenario: Path
) -> None:
    git(tmp_path, "init")
    git(tmp_path, "add", tiny_scenario.name)
    git(tmp_path, "commit", "-m", "first")
    text = tiny_scenario.read_text()
    wide = "keras.layers.Dense(4000, activation='relu'), keras.layers.Dense(2000), "
    tiny_scenario.write_text(text.replace("keras.layers.Dense(8", wide + "keras.layers.Dense(8"))
    done = seqbench(
        *("ab", "tiny.py", "--base", "HEAD", "--runtime", "onnxruntime", "--seconds", "8"),
        *("--json", "-"),
        cwd=tmp_path,
    )
    assert done.exit_code == 1, done.stderr
    (cell,) = json.loads(done.stdout)["cells"]
    found = {aspect["name"]: aspect for aspect in cell["aspects"]}
    assert found["time"]["verdict"] == found["size"]["verdict"] == "worse"
    assert found["time"]["ratio"]["low"] > 2
    assert not list((tmp_path / ".git").glob("worktrees/*"))


@pytest.mark.slow
def test_both_sides_are_timed_on_data_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="mine")
    model.save(tmp_path / "mine.keras")
    rows = np.random.default_rng(0).uniform(50, 60, (9, 3)).astype(np.float32)
    np.savez(tmp_path / "own.npz", x=rows)
    timed: list[np.ndarray] = []

    def seen(launches: list[Launch], rng: np.random.Generator) -> process_pair.Pair:
        timed.extend(np.load(launch.work.inputs) for launch in launches)
        return measure(launches, rng)

    measure = process_pair.measure
    monkeypatch.setattr(process_pair, "measure", seen)
    words = ("ab", "mine.keras", "--self", "--data", "own.npz", "--runtime", "onnxruntime")
    done = seqbench(*words, "--seconds", "1", "--json", "-", cwd=tmp_path)
    assert done.exit_code in (0, 1), done.stderr  # whatever the times are
    assert json.loads(done.stdout)["cells"]
    assert len(timed) >= 2
    for inputs in timed:
        assert all((row == rows).all(axis=1).any() for row in inputs.reshape(-1, 3))


@pytest.mark.slow
def test_runs_that_lack_a_file_say_so_and_time_the_rest(tmp_path: Path) -> None:
    made = seqbench(
        *("run", "three_class", "--only", "export", "--target", "tflite", "--out", "a"),
        cwd=tmp_path,
    )
    assert made.exit_code == 0, made.stderr
    run = tmp_path / "a"
    done = seqbench(
        *("ab", "three_class", "--base", run, "--head", run, "--runtime", "litert,onnxruntime"),
        *("--seconds", "3", "--json", "-"),
        cwd=tmp_path,
    )
    cells = {cell["runtime"]: cell for cell in json.loads(done.stdout)["cells"]}
    assert [aspect["name"] for aspect in cells["litert"]["aspects"]] == ["time", "size"]
    (status,) = cells["onnxruntime"]["aspects"]
    assert (status["base"], status["head"]) == ("error", "error")
    assert status["verdict"] == "inconclusive"
    assert "the base: there is no artifacts/three_class/model.onnx in it; the" in status["reason"]
