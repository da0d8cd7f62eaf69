"""In an environment that has jax and no TensorFlow: `make setup-jax` makes it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

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


def test_a_model_is_trained_timed_and_judged(tmp_path: Path) -> None:
    words = ("run", "three_class", "--backend", "jax", "--device", "cpu", "--json", "-")
    done = there("-m", "seqbench", *words, "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    records: list[dict[str, Any]] = json.loads(done.stdout)
    on_jax = [record for record in records if record["runtime"] == "keras-jax"]
    assert {record["kind"] for record in on_jax} == {"train", "infer", "verify"}
    assert {record["status"] for record in on_jax} == {"pass"}
    assert all("tensorflow" not in record["machine"]["versions"] for record in on_jax)
    others = [record for record in records if record["runtime"] != "keras-jax"]
    assert {record["status"] for record in others} == {"unavailable"}
    assert all("pip install 'seqbench[tensorflow]'" in record["reason"] for record in others)
