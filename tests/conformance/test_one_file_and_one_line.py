"""A runtime and a target are added by one file and one line each: to a copy of seqbench, in full.

The files are the examples of docs/extending.md, and a runtime that reads the example's target.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.documents import ROOT, named

pytestmark = pytest.mark.slow

TOYS = {"onnx-reference", "graph-def", "graph_def"}


def list_in_table(table: Path, value: str) -> None:
    """Add one line to the table of a room, and its module to the import above."""
    text = table.read_text()
    room = f"from seqbench.{table.parent.name} import"
    assert text.count(f"\n{room} ") == 1
    text = text.replace(f"\n{room} ", f"\n{room} {value.partition('.')[0]}, ")
    (last,) = re.findall(r"^        tfjs\.(?:WEBGL|TARGET),\n", text, flags=re.MULTILINE)
    table.write_text(text.replace(last, f"{last}        {value},\n"))


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of seqbench and of the conformance tests, with the files and lines added."""
    root = tmp_path_factory.mktemp("extended")
    caches = shutil.ignore_patterns("__pycache__", Path(__file__).name)
    for name in ("seqbench", "tests/conformance", "tests/support"):
        shutil.copytree(ROOT / name, root / name, ignore=caches)
    for name in ("tests/__init__.py", "tests/conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    for name in ("runtimes/onnx_reference.py", "targets/graph_def.py"):
        (root / "seqbench" / name).write_text(named("docs/extending.md", f"seqbench/{name}"))
    reader = ROOT / "tests" / "support" / "graph_def_runtime.py"
    shutil.copy(reader, root / "seqbench" / "runtimes" / "graph_def.py")
    list_in_table(root / "seqbench" / "runtimes" / "__init__.py", "onnx_reference.RUNTIME")
    list_in_table(root / "seqbench" / "runtimes" / "__init__.py", "graph_def.RUNTIME")
    list_in_table(root / "seqbench" / "targets" / "__init__.py", "graph_def.TARGET")
    return root


def python(extended: Path, cwd: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run Python's module with the copy of seqbench in front of any other."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        env=os.environ | {"PYTHONPATH": str(extended)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


def seqbench(extended: Path, cwd: Path, *words: str) -> Any:
    """Run a command of the copy to a good end; return what it printed, as JSON values."""
    done = python(extended, cwd, "seqbench", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_they_are_listed(extended: Path, tmp_path: Path) -> None:
    found = seqbench(extended, tmp_path, "list", "--json")
    runtimes = {row["name"]: row for row in found["runtimes"]}
    assert runtimes["onnx-reference"]["missing"] is None
    assert not runtimes["onnx-reference"]["default"]
    assert runtimes["graph-def"]["target"] == "graph_def"
    assert [row["variants"] for row in found["targets"] if row["name"] == "graph_def"] == [["fp32"]]


def test_a_model_is_exported_and_verified_by_them(
    extended: Path, small_cnn: Any, tmp_path: Path
) -> None:
    small_cnn.save(tmp_path / "small.keras")
    words = ("--to", "graph_def,onnx", "--out", "dist", "--json", "-")
    records = seqbench(extended, tmp_path, "export", "small.keras", *words)
    assert {(it["kind"], it["target"], it["runtime"], it["status"]) for it in records} == {
        ("export", "graph_def", None, "pass"),
        ("export", "onnx", None, "pass"),
        ("verify", "graph_def", "graph-def", "pass"),
        ("verify", "onnx", "onnxruntime", "pass"),
    }
    for name, more in (("model.pb", ()), ("model.onnx", ("--runtime", "onnx-reference"))):
        (path,) = (tmp_path / "dist").rglob(name)
        words = ("verify", str(path), "small.keras", *more, "--json", "-")
        (record,) = seqbench(extended, tmp_path, *words)
        assert record["runtime"] in TOYS
        assert record["status"] == "pass", record["reason"]


def test_a_file_of_the_new_target_that_reaches_out_is_refused(
    extended: Path, small_cnn: Any, tmp_path: Path
) -> None:
    from tensorflow.core.framework.graph_pb2 import GraphDef

    graph_def = GraphDef()
    graph_def.node.add(name="input", op="Placeholder")
    graph_def.node.add(name="output", op="ReadFile", input=["input"])
    (tmp_path / "model.pb").write_bytes(graph_def.SerializeToString())
    small_cnn.save(tmp_path / "small.keras")
    done = python(extended, tmp_path, "seqbench", "verify", "model.pb", "small.keras")
    assert done.returncode == 2
    assert "model.pb: could run code or reach files beside it by ReadFile; pass" in done.stderr


def test_they_pass_the_conformance_tests(extended: Path) -> None:
    wanted = " or ".join(sorted(TOYS))
    done = python(
        extended,
        extended,
        *("pytest", "-p", "no:cacheprovider", "-v", "tests/conformance", "-k", wanted),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout
    passed = re.findall(r"::test_\w+\[(\S*)\] PASSED", done.stdout)
    assert {toy for toy in TOYS for one in passed if one.endswith(toy)} == TOYS
    assert len(passed) >= 25
