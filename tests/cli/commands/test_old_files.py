"""Files of Keras 2 are exported, pass, and compute in their runtimes what Keras 2 did."""

from pathlib import Path

import numpy as np
import pytest

from seqbench.runtimes import litert, onnxruntime
from tests.support.commands import seqbench
from tests.support.old_files import saved_by_keras_2, write_hdf5


@pytest.mark.slow
def test_exports_of_old_files_compute_what_keras_2_did(tmp_path: Path) -> None:
    names = ("cudnn_gru", "teachable")
    saved = {name: model for name, model in saved_by_keras_2().items() if name in names}
    files = [
        write_hdf5(tmp_path / f"{name}.h5", model.config, model.weights, "2.3.0-tf", "tensorflow")
        for name, model in saved.items()
    ]
    out = tmp_path / "dist"
    done = seqbench("export", *files, "--target", "tflite,onnx", "--out", out)
    assert done.exit_code == 0, done.stdout
    for name, model in saved.items():
        for load, file in ((litert.load, "model.tflite"), (onnxruntime.load, "model.onnx")):
            found = load(out / name / file, "cpu", 1).run(model.x)
            np.testing.assert_allclose(found, model.y, rtol=1e-5, atol=2e-6)
