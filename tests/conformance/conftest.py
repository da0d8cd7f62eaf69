"""One small model, exported once to every target, and what each runtime does with it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.core.scenario import Scenario
from seqbench.machine.devices import environment
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS, Exported

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def frozen(small_cnn: Any) -> Any:
    """The inference graph of the small model."""
    from seqbench.targets.frozen import freeze

    return freeze(small_cnn)


@pytest.fixture(scope="session")
def exports(
    frozen: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Exported]]:
    """The small model in every target: its path, and what the exporter says of it."""
    made = {}
    for name, target in TARGETS.items():
        path = tmp_path_factory.mktemp(name) / target.filename
        made[name] = (path, target.export(frozen, path))
    return made


@pytest.fixture(scope="session")
def prepared(small_cnn: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small model as a run prepares it, which is what Keras's own runtimes load."""
    from seqbench.models import snapshot, source

    folder = tmp_path_factory.mktemp("prepared")
    small_cnn.save(folder / "small_cnn.keras")
    (found,) = source.resolve_all([str(folder / "small_cnn.keras")])
    origin = snapshot.pin(found, allow_code=False)
    assert isinstance(snapshot.load_origin(origin), Scenario)
    snapshot.save(small_cnn, folder / "model", origin, seed=0, fresh=(), never_masked=())
    return folder / "model"


@pytest.fixture(scope="session")
def rows() -> np.ndarray:
    """Three rows for the small model, shape (3, 8, 8, 1)."""
    return np.random.default_rng(0).random((3, 8, 8, 1), np.float32)


@pytest.fixture(scope="session")
def seen_in(
    exports: dict[str, tuple[Path, Exported]],
    prepared: Path,
    rows: np.ndarray,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], dict[str, Any]]:
    """Ask a runtime, in a process as it needs, for all that its session gives; once each."""
    known: dict[str, dict[str, Any]] = {}
    failed: dict[str, str] = {}

    def ask(name: str) -> dict[str, Any]:
        runtime = RUNTIMES[name]
        reason = runtime.missing()
        if reason is not None:
            pytest.skip(reason)
        if name not in {**known, **failed}:
            folder = tmp_path_factory.mktemp(name)
            np.save(folder / "x.npy", rows)
            artifact = prepared if runtime.target is None else exports[runtime.target][0]
            done = subprocess.run(
                [sys.executable, "-m", "tests.support.session_protocol", name, artifact, folder],
                env=os.environ | environment("cpu", runtime.needs),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                failed[name] = done.stderr
            else:
                with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
                    known[name] = json.loads((folder / "seen.json").read_text()) | dict(arrays)
        assert name not in failed, failed[name]
        return known[name]

    return ask
