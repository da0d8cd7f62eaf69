"""Real processes of both sides: what they answer, and how their ends are told."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from seqbench.comparison.ab.child import Work
from seqbench.comparison.ab.process_pair import FEWEST_ROUNDS, Launch, SideError, measure
from seqbench.core import codec

CHILD = (sys.executable, "-P", "-m", "seqbench.comparison.ab.child")


def chain(path: Path, nodes: int) -> Path:
    """An ONNX model of equal products, one after another."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    names = ["input", *(f"x{i}" for i in range(1, nodes)), "output"]
    weights = numpy_helper.from_array(np.eye(32, dtype=np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", [names[i], "w"], [names[i + 1]]) for i in range(nodes)],
        "chain",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, 32])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [None, 32])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    inputs = tmp_path / "inputs.npy"
    np.save(inputs, np.ones((4, 2, 32), np.float32))
    return Launch(
        command=CHILD,
        environment=os.environ,
        work=Work(
            runtime="onnxruntime",
            artifact=chain(tmp_path / "a.onnx", 20),
            inputs=inputs,
            device="cpu",
            threads=1,
            block_s=0.005,
        ),
    )


@pytest.mark.timing
def test_twice_the_work_takes_longer(launch: Launch, tmp_path: Path) -> None:
    more = replace(launch, work=replace(launch.work, artifact=chain(tmp_path / "b.onnx", 200)))
    found = measure([launch, more], np.random.default_rng(0))
    assert len(found.base) == len(found.head) > FEWEST_ROUNDS
    assert found.log_ratio > 0.5


@pytest.mark.timing
def test_a_pair_measures_about_as_long_as_it_took_to_start(launch: Launch) -> None:
    began = time.monotonic()
    found = measure([launch, launch], np.random.default_rng(0))
    took_s = time.monotonic() - began
    blocks_s = 2 * len(found.base) * launch.work.block_s
    assert 0.2 * took_s < blocks_s < 0.6 * took_s


@pytest.mark.slow
def test_calls_longer_than_the_time_get_the_fewest_rounds(launch: Launch) -> None:
    slow = replace(launch, work=replace(launch.work, block_s=1.0))
    found = measure([slow, slow], np.random.default_rng(0))
    assert len(found.base) == len(found.head) == FEWEST_ROUNDS


def test_a_side_that_cannot_load_says_why_and_which_it_is(launch: Launch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    bad = replace(launch, work=replace(launch.work, artifact=broken))
    with pytest.raises(SideError, match=r"ONNX Runtime cannot load broken\.onnx") as found:
        measure([launch, bad], np.random.default_rng(0))
    assert found.value.side == 1


def test_a_side_that_goes_away_is_told_with_its_last_line(launch: Launch) -> None:
    dead = replace(launch, command=(sys.executable, "-c", "raise SystemExit('it fell over')"))
    with pytest.raises(SideError, match="its process went away: it fell over") as found:
        measure([dead, launch], np.random.default_rng(0))
    assert found.value.side == 0


def test_the_child_of_a_runtime_without_tensorflow_has_none(launch: Launch) -> None:
    code = (
        "import sys; from seqbench.comparison.ab import child; status = child.main(); "
        "print({'tensorflow', 'keras', 'jax'} & {*sys.modules}, file=sys.stderr); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=codec.to_text(launch.work) + "\nnull\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip().endswith("set()")
    ready, block = done.stdout.splitlines()
    assert ready == '{"ready": "cpu"}'
    assert block.startswith('{"samples_s": [')


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system pins no process")
def test_a_block_is_timed_on_the_cpu_that_is_named(launch: Launch) -> None:
    with subprocess.Popen(
        CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(codec.to_text(launch.work) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline()) == {"ready": "cpu"}
        for cpu in sorted(os.sched_getaffinity(0)):
            process.stdin.write(f"{cpu}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["samples_s"]
            assert os.sched_getaffinity(process.pid) == {cpu}
            assert psutil.Process(process.pid).cpu_num() == cpu
