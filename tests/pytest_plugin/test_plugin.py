"""The plugin in sessions of pytest of its own."""

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from seqbench.machine.host import host_facts
from seqbench.reports.pytest_benchmark import machine_info
from tests.support.processes import outside_xdist

# Where the environment has the entry point, naming the module again would register it twice.
PLUGIN = () if entry_points(group="pytest11", name="seqbench") else ("-p", "seqbench.pytest_plugin")


def session(
    folder: Path, *words: str, python: tuple[str, ...] = ("-m", "pytest"), **environment: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *python, *PLUGIN, "-p", "no:cacheprovider", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=outside_xdist() | environment,
        check=False,
    )


def test_the_entry_point_names_the_plugin() -> None:
    path = Path(__file__).parents[2] / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    plugin = import_module(project["entry-points"]["pytest11"]["seqbench"])
    assert callable(plugin.pytest_addoption)
    assert any(
        one.startswith("pytest-benchmark") for one in project["optional-dependencies"]["pytest"]
    )


def test_without_the_option_it_imports_nothing_and_collects_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("SCENARIO = 1 / 0\n")
    (tmp_path / "test_it.py").write_text("def test_it(): pass\n")
    code = "import pytest, sys; pytest.main(sys.argv[1:]); print('modules', *sys.modules)"
    done = session(tmp_path, "-q", python=("-c", code))
    assert "1 passed" in done.stdout
    imported = set(done.stdout.splitlines()[-1].split())
    ours = {name for name in imported if name.startswith("seqbench")}
    assert ours == {"seqbench", "seqbench.pytest_plugin"}
    assert not imported & {"numpy", "keras", "tensorflow", "click"}


def test_it_says_what_it_needs(tmp_path: Path) -> None:
    done = session(tmp_path, "--seqbench", "-p", "no:benchmark")
    assert done.returncode == 4
    expected = "ERROR: --seqbench needs pytest-benchmark: pip install 'seqbench[pytest]'\n"
    assert done.stderr.startswith(expected)


@pytest.mark.slow
def test_cells_are_tests_and_benchmarks(tiny_scenario: Path) -> None:
    folder, name = tiny_scenario.parent, tiny_scenario.name
    (folder / "test_it.py").write_text("def test_it(): pass\n")
    words = ("--seqbench", "-v", "--benchmark-max-time=0.05", "--benchmark-json=a.json")
    chosen = "not tfjs and not keras-predict and not b4"
    done = session(folder, *words, "-k", chosen, name, "test_it.py")
    assert done.returncode == 0, done.stdout
    assert "test_it.py::test_it PASSED" in done.stdout
    assert f"{name}::train[keras-cpu-fp32-b25] PASSED" in done.stdout
    assert f"{name}::verify[onnx-onnxruntime-cpu-fp32] PASSED" in done.stdout
    # What needs no TensorFlow is timed before anything imports it.
    order = [done.stdout.index(f"infer[{one}") for one in ("onnx-", "tflite-", "keras-")]
    assert max(order[:2]) < order[2]
    found = {
        one["fullname"]: one for one in json.loads((folder / "a.json").read_text())["benchmarks"]
    }
    assert set(found) == {
        f"tiny::infer[{one}-cpu-fp32-b1]"
        for one in ("keras", "saved_model-tensorflow", "tflite-litert", "onnx-onnxruntime")
    }
    assert json.loads((folder / "a.json").read_text())["machine_info"] == machine_info(host_facts())
    one = found["tiny::infer[onnx-onnxruntime-cpu-fp32-b1]"]
    assert one["group"] == "tiny infer"
    assert one["extra_info"]["verdict"] == "pass"
    assert one["extra_info"]["ran_on"] == "cpu"
    assert one["stats"]["rounds"] >= 5

    again = session(
        folder,
        *("--seqbench", "-k", "infer and litert-cpu-fp32-b1", "--benchmark-max-time=0.05"),
        *("--benchmark-compare=a.json", "--benchmark-compare-fail=min:100000%", name),
    )
    assert again.returncode == 0, again.stdout
    assert "benchmark 'tiny infer': 2 tests" in again.stdout
    assert "1 passed" in again.stdout
    assert "machine_info is different" not in again.stderr


@pytest.mark.slow
@pytest.mark.browser
def test_calls_in_a_browser_go_by_its_pages_clock(tiny_scenario: Path) -> None:
    folder = tiny_scenario.parent
    words = ("--seqbench", "--benchmark-max-time=0.05", "--benchmark-json=a.json")
    done = session(folder, *words, "-k", "tfjs-wasm and b1", tiny_scenario.name)
    assert done.returncode == 0, done.stdout
    (found,) = json.loads((folder / "a.json").read_text())["benchmarks"]
    assert found["options"]["timer"] == "page_clock"
    assert 1e-7 < found["stats"]["median"] < 1  # of a page's call, not of nothing
    assert found["stats"]["rounds"] >= 5


TEXT = '''
"""A model whose input is text, which TFLite has not."""
import numpy as np
import keras
from seqbench import Data, Scenario


def build():
    words = keras.layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)
    text = keras.Input((1,), dtype="string")
    return keras.Sequential([text, words, keras.layers.Embedding(5, 2)])


SCENARIO = Scenario(name="words", summary="looks words up", build=build)
'''


@pytest.mark.slow
def test_what_does_not_pass_fails_with_its_reason_or_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "words.py").write_text(TEXT)
    (tmp_path / "broken.py").write_text("SCENARIO = 1 / 0\n")
    options = ("--seqbench", "-k", "tflite or tfjs", "-rs", "--continue-on-collection-errors")
    done = session(tmp_path, *options, SEQBENCH_BROWSER="/nowhere/chromium")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert "broken.py" in done.stdout
    assert "ZeroDivisionError" in done.stdout
    text = next(line for line in done.stdout.splitlines() if line.startswith("unsupported: "))
    assert "layer 'text_vectorization': operation StringLower" in text
    assert "warning" not in done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_without_a_browser_its_cells_are_skipped_with_the_reason(tiny_scenario: Path) -> None:
    words = ("--seqbench", "-k", "tfjs-wasm", "-rs", tiny_scenario.name)
    done = session(tiny_scenario.parent, *words, SEQBENCH_BROWSER="/nowhere/chromium")
    assert done.returncode == 0, done.stdout
    assert "3 skipped" in done.stdout
    assert "SEQBENCH_BROWSER" in done.stdout
