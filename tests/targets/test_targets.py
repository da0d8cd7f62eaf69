"""Each target's export, run where it belongs and judged; TF.js in the tests of its runtime."""

from pathlib import Path
from typing import Any

import pytest

from seqbench.runtimes import RUNTIMES, Session, onnxruntime
from seqbench.runtimes import litert as litert_runtime
from seqbench.targets import TARGETS
from seqbench.targets.frozen import freeze
from seqbench.verdict import reference, tolerance

FOLDER = Path(__file__).parents[2] / "seqbench" / "targets"


def test_every_folder_is_in_the_table() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/writer.py")}
    assert folders == set(TARGETS)
    assert all(target.name == name for name, target in TARGETS.items())


def load(target: str, path: Path) -> Session:
    """Load an artifact in its target's runtime, in this process."""
    loaders = {"tflite": litert_runtime.load, "onnx": onnxruntime.load}
    return loaders[target](path, "cpu", 1)


@pytest.mark.parametrize(
    "fixture", ["small_cnn", pytest.param("small_rnn", marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("target", ["tflite", "onnx"])
def test_exports_pass_and_declare_what_they_have(
    fixture: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    model = request.getfixturevalue(fixture)
    path = tmp_path / TARGETS[target].filename
    exported = TARGETS[target].export(freeze(model), path)
    session = load(target, path)
    assert (session.input.name, session.output.name) == ("input", "output")
    assert (exported.input, exported.output) == (session.input, session.output)
    for case in reference.build_cases(model, seed=0):
        assert tolerance.compare_outputs(case, session.run(case.x)).reason is None


@pytest.mark.slow
def test_a_recurrent_tflite_file_has_a_free_batch(small_rnn: Any, tmp_path: Path) -> None:
    exported = TARGETS["tflite"].export(freeze(small_rnn), tmp_path / "model.tflite")
    assert exported.input.shape == (None, 7)
    assert "WHILE" in exported.ops
    assert not any(op.startswith(("custom:", "Flex")) for op in exported.ops)


def test_onnx_dimensions_have_stable_names(small_cnn: Any, tmp_path: Path) -> None:
    import onnx

    TARGETS["onnx"].export(freeze(small_cnn), tmp_path / "model.onnx")
    graph = onnx.load(str(tmp_path / "model.onnx")).graph
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert graph.output[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_every_target_has_a_default_runtime() -> None:
    assert {runtime.target for runtime in RUNTIMES.values() if runtime.default} >= set(TARGETS)
