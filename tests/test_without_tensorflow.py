"""In environments without TensorFlow: one that has jax (`make setup-jax`), and ones with less."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import in_another

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-jax" / "bin" / "python"


def there(*words: str) -> "subprocess.CompletedProcess[str]":
    if not PYTHON.exists():
        pytest.fail("there is no .venv-jax: make setup-jax")
    clean = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return subprocess.run(
        [PYTHON, *words],
        env={**clean, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_is_no_tensorflow() -> None:
    done = there("-c", "import tensorflow")
    assert "No module named 'tensorflow'" in done.stderr


def test_list_says_what_is_missing_and_how_to_get_it() -> None:
    done = there("-m", "seqbench", "list", "--json")
    assert done.returncode == 0, done.stderr
    runtimes = {row["name"]: row["missing"] for row in json.loads(done.stdout)["runtimes"]}
    assert runtimes["keras-jax"] is None
    assert "pip install 'seqbench[tensorflow]'" in runtimes["tensorflow"]


def test_a_model_is_trained_timed_and_judged(tiny_scenario: Path, tmp_path: Path) -> None:
    words = ("run", str(tiny_scenario), "--backend", "jax", "--device", "cpu", "--json", "-")
    done = there("-m", "seqbench", *words, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    records: list[dict[str, Any]] = json.loads(done.stdout)
    on_jax = [record for record in records if record["runtime"] == "keras-jax"]
    assert {record["kind"] for record in on_jax} == {"train", "infer", "verify"}
    assert {record["status"] for record in on_jax} == {"pass"}
    assert all("tensorflow" not in record["machine"]["versions"] for record in on_jax)
    others = [record for record in records if record["runtime"] != "keras-jax"]
    assert {record["status"] for record in others} == {"unavailable"}
    assert all("pip install 'seqbench[tensorflow]'" in record["reason"] for record in others)


def lacking(folder: Path, *packages: str) -> dict[str, str]:
    """Return the variables of an environment that has all of this one's packages but these."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        name = path.name.split("-")[0].removesuffix(".py")
        if name not in {"seqbench", *packages} and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    clean = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return {**clean, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def start(
    environment: dict[str, str], folder: Path, *words: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys._base_executable, "-m", *words],  # type: ignore[attr-defined] # it has no packages
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_pytest_skips_what_a_run_calls_unavailable(tiny_scenario: Path) -> None:
    folder = tiny_scenario.parent
    environment = lacking(folder / "site", "tensorflow", "tf2onnx")
    plugin = ("-p", "seqbench.pytest_plugin", "-p", "no:cacheprovider")
    done = start(environment, folder, "pytest", *plugin, "--seqbench", "-rs", tiny_scenario.name)
    assert done.returncode == 0, done.stdout
    assert "ModuleNotFoundError" not in done.stdout
    assert "exports are made by TensorFlow: the package tensorflow is not" in done.stdout
    assert done.stdout.splitlines()[-1].strip("= ").startswith("21 skipped in")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "three_class"), "exports are made by TensorFlow"),
        (("run", "three_class"), "three_class cannot be loaded"),
        (("check", "three_class"), "three_class cannot be loaded"),
    ],
)
def test_where_keras_has_nothing_to_run_on_a_line_names_the_extra(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    environment = lacking(tmp_path / "site", "tensorflow", "tf2onnx", "jax", "jaxlib", "torch")
    done = start(environment, tmp_path, "seqbench", *words)
    reason = "the package tensorflow is not installed: run `pip install 'seqbench[tensorflow]'`"
    assert done.stderr == f"seqbench: {said}: {reason}\n"
    assert (done.returncode, done.stdout) == (2, "")


def test_a_runtime_without_its_package_is_unavailable_in_the_words_of_the_list(
    tiny_scenario: Path,
) -> None:
    folder = tiny_scenario.parent
    environment = lacking(folder / "site", "onnxruntime")

    words = (tiny_scenario.name, "--json", "-")
    listed, exports, verify = in_another(
        ("list", "--json"),
        ("export", "--to", "onnx", "--out", "dist", *words),
        ("verify", "dist/tiny/model.onnx", *words),
        cwd=folder,
        environment=environment,
        python=sys._base_executable,  # type: ignore[attr-defined] # it has no packages
    )
    missing = {row["name"]: row["missing"] for row in json.loads(listed.stdout)["runtimes"]}
    reason = "the package onnxruntime is not installed: run `pip install onnxruntime`"
    assert missing["onnxruntime"] == reason
    assert exports.exit_code == 1
    said = f"seqbench: --target onnx was asked for and did not happen: {reason}"
    assert said in exports.stderr
    exported, verified = json.loads(exports.stdout)
    assert exported["status"] == "pass"
    assert (verified["status"], verified["reason"]) == ("unavailable", reason)
    assert verify.exit_code == 1
    assert f"seqbench: nothing could run: {reason}" in verify.stderr
    (verified,) = json.loads(verify.stdout)
    assert (verified["status"], verified["reason"]) == ("unavailable", reason)
