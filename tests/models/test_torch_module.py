"""A model file that brings a module of PyTorch: its weights are a pickle, which is code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from seqbench.cli.main import main
from seqbench.machine import frameworks

SAVE = """
import sys
import keras
import torch

module = keras.layers.TorchModuleWrapper(torch.nn.Linear(4, 2), name="wrapped")
keras.Sequential([keras.Input((4,)), module]).save(sys.argv[1])
"""


@pytest.mark.slow
def test_a_module_of_torch_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    if (reason := frameworks.missing_framework_reason("torch")) is not None:
        pytest.skip(reason)
    path = tmp_path / "torch.keras"
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    subprocess.run([sys.executable, "-c", SAVE, str(path)], env=environment, check=True)
    done = CliRunner().invoke(main, ["check", str(path)])
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"seqbench: {path}: ")
    assert "'wrapped'" in line
    assert "TorchModuleWrapper" in line
    assert "--allow-code" in line
