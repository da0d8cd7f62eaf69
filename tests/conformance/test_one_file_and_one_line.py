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

from tests.support.commands import in_another
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


def environment(extended: Path) -> dict[str, str]:
    """Return an environment with the copy of seqbench in front of any other."""
    return os.environ | {"PYTHONPATH": str(extended)}


def test_a_model_is_exported_and_verified_by_them(
    extended: Path, small_cnn: Any, tmp_path: Path
) -> None:
    from tensorflow.core.framework.graph_pb2 import GraphDef

    small_cnn.save(tmp_path / "small.keras")
    graph_def = GraphDef()
    graph_def.node.add(name="input", op="Placeholder")
    graph_def.node.add(name="output", op="ReadFile", input=["input"])
    (tmp_path / "reaches.pb").write_bytes(graph_def.SerializeToString())
    verify, onnx = ("verify", "--json", "-"), "dist/small/model.onnx"
    listed, exported, own, example, reaches = in_another(
        ("list", "--json"),
        ("export", "small.keras", "--to", "graph_def,onnx", "--out", "dist", "--json", "-"),
        (*verify, "dist/small/model.pb", "small.keras"),
        (*verify, onnx, "small.keras", "--runtime", "onnx-reference"),
        ("verify", "reaches.pb", "small.keras"),
        cwd=tmp_path,
        environment=environment(extended),
    )
    for one in (listed, exported, own, example):
        assert one.exit_code == 0, one.stdout + one.stderr

    found = json.loads(listed.stdout)
    runtimes = {row["name"]: row for row in found["runtimes"]}
    assert runtimes["onnx-reference"]["missing"] is None
    assert not runtimes["onnx-reference"]["default"]
    assert runtimes["graph-def"]["target"] == "graph_def"
    assert [row["variants"] for row in found["targets"] if row["name"] == "graph_def"] == [["fp32"]]

    records = json.loads(exported.stdout)
    assert {(it["kind"], it["target"], it["runtime"], it["status"]) for it in records} == {
        ("export", "graph_def", None, "pass"),
        ("export", "onnx", None, "pass"),
        ("verify", "graph_def", "graph-def", "pass"),
        ("verify", "onnx", "onnxruntime", "pass"),
    }
    for ended in (own, example):
        (record,) = json.loads(ended.stdout)
        assert record["runtime"] in TOYS
        assert record["status"] == "pass", record["reason"]

    assert reaches.exit_code == 2
    assert "reaches.pb: could run code or reach files beside it by ReadFile; pass" in reaches.stderr


def test_they_pass_the_conformance_tests(extended: Path) -> None:
    wanted = " or ".join(sorted(TOYS))
    words = ("-p", "no:cacheprovider", "-v", "tests/conformance", "-k", wanted)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        env=environment(extended),
        cwd=extended,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED" not in done.stdout
    passed = re.findall(r"::test_\w+\[(\S*)\] PASSED", done.stdout)
    assert {toy for toy in TOYS for one in passed if one.endswith(toy)} == TOYS
    assert len(passed) >= 25
