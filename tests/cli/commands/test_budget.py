"""Budgets on the command line: exit statuses, and where a budget comes from."""

import json
from pathlib import Path

import pytest

from tests.support.commands import seqbench

MINI = """import keras

from seqbench import Scenario


def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


SCENARIO = Scenario(name="mini", summary="one layer", build=build, budget="size<=1B, latency<=1s")
"""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("export", "--budget", "size<=x"), "budget 'size<=x': 'x' is no value here, expected a "),
        (("export", "--budget", "latency<=5ms"), "'latency<=5.00 ms': calls are not timed here"),
        (("run", "--only", "export", "--budget", "size<=1MB"), "a budget needs verdicts"),
    ],
)
def test_a_bad_budget_is_a_line_and_exit_status_2(
    tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    path = tmp_path / "mini.py"
    path.write_text(MINI)
    done = seqbench(words[0], path, *words[1:], cwd=tmp_path)
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert why in line
    assert not (tmp_path / "dist").exists()


def test_the_project_has_a_budget_the_scenario_another_and_the_command_the_last_word(
    tmp_path: Path,
) -> None:
    path, words = tmp_path / "mini.py", ("--target", "onnx", "--json", "r.json")
    path.write_text(MINI)
    (tmp_path / "pyproject.toml").write_text('[tool.seqbench]\nbudget = "size<=2B"\n')
    done = seqbench("export", path, *words, cwd=tmp_path)
    assert done.exit_code == 1
    assert "seqbench: mini: nothing meets the budget size<=1 B" in done.stderr
    size = (tmp_path / "dist" / "mini" / "model.onnx").stat().st_size
    assert f"size {size} B is {size - 1} B over 1 B" in " ".join(done.stdout.split())
    records = json.loads((tmp_path / "r.json").read_text())
    assert [it["details"]["budget"] for it in records] == ["size<=1.0B"] * 2

    model = tmp_path / "dist" / "mini" / "model.onnx"
    done = seqbench("verify", model, path, "--budget", f"size<={size}B", cwd=tmp_path)
    assert done.exit_code == 0
    path.write_text(MINI.replace(', budget="size<=1B, latency<=1s"', ""))
    done = seqbench("verify", model, path, cwd=tmp_path)
    assert done.exit_code == 1
    assert "nothing meets the budget size<=2 B" in done.stderr
