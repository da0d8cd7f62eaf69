"""The examples in the documents do what the documents say."""

import re
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.errors import InputError, LoadError
from tests.support.commands import seqbench
from tests.support.documents import ROOT, blocks, commands, named


def done(*words: object, cwd: Path) -> str:
    """Run Python with these arguments to a good end; return what it printed."""
    ended = subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def example(code: str) -> dict[str, Any]:
    """Execute a module of an example; return its names."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, "example", "exec"), names)  # noqa: S102 - the documents' own
    return names


def test_duckdb_reads_the_records_of_a_run_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "results" / "example", tmp_path / "results" / "example")
    (code,) = [
        block
        for block in blocks(ROOT / "docs" / "guide" / "compare-runs.md", "python")
        if "import duckdb" in block
    ]
    printed = done("-c", code, cwd=tmp_path)
    assert re.search(r"│ three_class │ onnxruntime +│ +1 │ +\d+\.\d+ │ results/example", printed)
    assert "12 rows" in printed


@pytest.mark.slow
@pytest.mark.browser
def test_your_own_model_in_five_lines(tmp_path: Path) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    with chdir(tmp_path):
        example(code)
    typed = [words for words in commands(ROOT / "README.md") if "mine.keras" in words]
    assert [words[1] for words in typed] == ["export", "verify"]
    for program, *words in typed:
        assert program == "seqbench"
        ended = seqbench(*words, cwd=tmp_path)
        assert ended.exit_code == 0, ended.output
    assert (tmp_path / "dist" / "mine" / "tfjs" / "model.json").exists()


@pytest.mark.slow
def test_the_scenario_of_the_guide_is_one(tmp_path: Path) -> None:
    import seqbench
    from seqbench.core.record import Status

    path = tmp_path / "flowers.py"
    path.write_text(named("docs/guide/write-a-scenario.md", "flowers.py"), encoding="utf-8")
    assert seqbench.check(str(path)) == {"flowers": []}
    (record,) = seqbench.run(str(path), out=tmp_path / "run", kinds=["train"], devices=["cpu"])
    assert record.status is Status.PASS, record.reason
    assert {"accuracy", "loss"} <= set(record.metrics)


@pytest.mark.slow
def test_the_example_in_python_exports_and_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    example(named("docs/guide/export-a-model.md", "export_mine.py"))
    printed = capsys.readouterr().out.splitlines()
    keys = ("export.onnx", "export.tflite", "verify.onnx", "verify.tflite")
    assert sorted(line.split(".cpu.fp32 ")[0] for line in printed) == [
        f"mine.{key}{runtime}"
        for key, runtime in zip(keys, ("", "", ".onnxruntime", ".litert"), strict=True)
    ]
    assert all(line.rstrip().endswith(" pass") for line in printed)
    verify = [
        block
        for block in blocks(ROOT / "docs" / "guide" / "verify-a-file.md", "python")
        if "seqbench.verify" in block
    ]
    (tmp_path / "mine.keras").write_bytes(b"")  # that it is read shows in what is said of it
    with pytest.raises(InputError, match=r"mine\.keras: is empty"):
        example(verify[0])


def test_the_runtime_of_the_example_runs_an_onnx_file_and_shows_its_tensors(
    tmp_path: Path,
) -> None:
    from onnx import TensorProto, helper, save

    source, sink = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 3])
        for name in ("input", "output")
    )
    nodes = [
        helper.make_node("Relu", ["input"], ["inner"]),
        helper.make_node("Neg", ["inner"], ["output"]),
    ]
    graph = helper.make_graph(nodes, "small", [source], [sink])
    path = tmp_path / "model.onnx"
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)

    runtime = example(named("docs/extending.md", "seqbench/runtimes/onnx_reference.py"))["RUNTIME"]
    x = np.array([[1, -2, 3], [0, 5, -6]], np.float32)
    with runtime.start() as load:
        session = load(path, "cpu", 1)
        assert (session.input.name, session.input.shape) == ("input", (None, 3))
        np.testing.assert_array_equal(session.run(x), -np.maximum(x, 0))
        assert any(np.array_equal(value, np.maximum(x, 0)) for value in session.tensors(x))
        assert session.ran_on == "cpu"
        path.write_bytes(b"no model")
        with pytest.raises(LoadError, match=r"onnx cannot load model\.onnx: "):
            load(path, "cpu", 1)


@pytest.mark.slow
def test_the_target_of_the_example_writes_the_graph(small_cnn: Any, tmp_path: Path) -> None:
    import tensorflow as tf

    from seqbench.targets.frozen import freeze

    target = example(named("docs/extending.md", "seqbench/targets/graph_def.py"))["TARGET"]
    path = tmp_path / target.filename
    described = target.export(freeze(small_cnn), path)
    assert described.input.name == "input"
    graph_def = tf.compat.v1.GraphDef.FromString(path.read_bytes())
    assert graph_def.node[-1].name == described.output.name == "output"
    assert target.recognizes(path)
    assert target.check(path) == ()
    assert {node.op for node in graph_def.node} <= {*described.ops, "Identity"}


@pytest.mark.slow
def test_the_patch_of_the_example_computes_the_same() -> None:
    import tensorflow as tf
    from keras.src.backend.tensorflow import nn

    from seqbench.backends.patches.registry import in_place

    names = example(named("docs/extending.md", "seqbench/backends/patches/activations.py"))
    (table,) = [
        block for block in blocks(ROOT / "docs" / "extending.md", "python") if "PATCHES" in block
    ]
    exec(compile(table, "table", "exec"), names)  # noqa: S102 - the documents' own
    x = tf.constant(np.linspace(-90, 90, 3601), tf.float32)
    expected, original = nn.soft_shrink(x, 0.3), nn.soft_shrink
    with in_place(names["PATCHES"]):
        assert nn.soft_shrink is not original
        np.testing.assert_array_equal(nn.soft_shrink(x, threshold=0.3), expected)
