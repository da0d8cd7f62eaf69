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
    request: pytest.FixtureRequest,
) -> Callable[[str], dict[str, Any]]:
    """Ask a runtime, in a process as it needs, for all that its session gives; once each.

    Those of this session of pytest that need the same framework are asked in one process.
    """
    folders: dict[str, Path] = {}
    said: dict[str, str] = {}

    def artifact(name: str) -> Path:
        target = RUNTIMES[name].target
        return prepared if target is None else exports[target][0]

    def run(names: list[str]) -> None:
        for name in names:
            folders[name] = tmp_path_factory.mktemp(name)
            np.save(folders[name] / "x.npy", rows)
        words = [word for name in names for word in (name, artifact(name), folders[name])]
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.session_protocol", *words],
            env=os.environ | environment("cpu", RUNTIMES[names[0]].needs),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        said.update(dict.fromkeys(names, done.stderr))

    def beside(name: str) -> list[str]:
        needs = RUNTIMES[name].needs
        asked = {_runtime_of(item) for item in request.session.items}
        alike = [one for one in RUNTIMES if one in asked and RUNTIMES[one].needs == needs]
        return alike if needs else [name]

    def ask(name: str) -> dict[str, Any]:
        reason = RUNTIMES[name].missing()
        if reason is not None:
            pytest.skip(reason)
        if name not in folders:
            run(beside(name))
        failure = folders[name] / "failed.txt"
        assert not failure.exists(), failure.read_text()
        assert (folders[name] / "arrays.npz").exists(), said[name]
        with np.load(folders[name] / "arrays.npz", allow_pickle=False) as arrays:
            seen: dict[str, Any] = json.loads((folders[name] / "seen.json").read_text())
            return seen | dict(arrays)

    return ask


def _runtime_of(item: pytest.Item) -> object:
    """Return the runtime whose session a test asks for; None for any other test."""
    if "seen_in" not in getattr(item, "fixturenames", ()):
        return None
    return item.callspec.params["name"]  # type: ignore[attr-defined] # all of these have one
