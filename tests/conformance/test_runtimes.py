"""Every runtime's value is complete, and its session does what the engine asks of it."""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench.machine.devices import DEVICES
from seqbench.machine.frameworks import FRAMEWORKS
from seqbench.runtimes import BACKENDS, RUNTIMES
from seqbench.targets import TARGETS, Exported

ROOT = Path(__file__).parents[2]

IN_SESSION = [
    pytest.param(name, marks=[pytest.mark.slow, *([pytest.mark.browser] * runtime.own_process)])
    for name, runtime in RUNTIMES.items()
]
"""Every runtime; those that are programs of their own are browsers."""

Seen = Callable[[str], dict[str, Any]]

BARE = """
import json, sys
from seqbench.runtimes import RUNTIMES
assert not {"tensorflow", "jax", "torch", "keras", "onnx", "onnxruntime"} & set(sys.modules)
sys.path[:] = [path for path in sys.path if not path.endswith("site-packages")]
print(json.dumps({name: runtime.missing() for name, runtime in RUNTIMES.items()}))
"""
"""Says why each runtime is missing where nothing is installed that was not imported so far."""


@pytest.mark.parametrize("name", RUNTIMES)
def test_its_value_is_complete(name: str) -> None:
    runtime = RUNTIMES[name]
    assert runtime.name == name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert re.fullmatch(r"\S.{10,90}[^.\s]", runtime.summary)
    assert runtime.devices
    assert set(runtime.devices) <= set(DEVICES)
    assert runtime.needs in (None, *FRAMEWORKS)
    # Either it reads a format, or it is Keras, which runs the model itself on a back end.
    assert (runtime.target in TARGETS) is (runtime.backend is None)
    assert runtime.backend is None or (runtime.needs and runtime.backend in BACKENDS)
    assert (runtime.imports is None) is runtime.own_process


@pytest.mark.parametrize("name", RUNTIMES)
def test_its_packages_are_distributions_of_which_the_first_is_what_it_imports(name: str) -> None:
    runtime = RUNTIMES[name]
    if runtime.missing() is not None:
        pytest.skip(str(runtime.missing()))
    for package in runtime.packages:
        assert importlib.metadata.version(package)
    if runtime.imports is not None:
        found = importlib.metadata.packages_distributions()[runtime.imports.partition(".")[0]]
        assert runtime.packages[0] in {one.lower().replace("_", "-") for one in found}


@pytest.fixture(scope="module")
def bare() -> dict[str, str | None]:
    """Why each runtime is missing where next to nothing is installed."""
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        env=os.environ | {"SEQBENCH_BROWSER": "/nowhere/chromium"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", RUNTIMES)
def test_where_it_is_missing_it_says_why_and_how_to_get_it(
    name: str, bare: dict[str, str | None]
) -> None:
    reason = bare[name]
    assert reason is not None
    assert "\n" not in reason
    assert re.search(r": (run `|correct)", reason), reason


@pytest.mark.parametrize("name", IN_SESSION)
def test_its_session_runs_one_row_and_three(
    name: str, seen_in: Seen, small_cnn: Any, rows: np.ndarray
) -> None:
    seen = seen_in(name)
    expected = np.asarray(small_cnn(rows, training=False))
    for got, want in ((seen["one"], expected[:1]), (seen["all"], expected)):
        assert (got.shape, got.dtype) == (want.shape, want.dtype)
        np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.parametrize("name", IN_SESSION)
def test_its_session_declares_what_the_file_does(
    name: str, seen_in: Seen, exports: dict[str, tuple[Path, Exported]]
) -> None:
    seen, target = seen_in(name), RUNTIMES[name].target
    assert seen["input"]["dtype"] == seen["output"]["dtype"] == "float32"
    assert seen["input"]["shape"][1:] == [8, 8, 1]
    assert seen["output"]["shape"][1:] == [4]
    if target is not None:
        declared = exports[target][1]
        for side, tensor in (("input", declared.input), ("output", declared.output)):
            assert seen[side]["name"] == tensor.name
            assert tuple(seen[side]["shape"]) == tensor.shape


@pytest.mark.parametrize("name", IN_SESSION)
def test_its_session_is_timed(name: str, seen_in: Seen, small_cnn: Any, rows: np.ndarray) -> None:
    seen = seen_in(name)
    assert len(seen["samples_s"]) >= 5
    assert min(seen["samples_s"]) > 0
    assert min(seen["block_s"]) > 0
    for got, x in zip(seen["timed"], (rows, rows[::-1]), strict=True):  # in turn, as given
        np.testing.assert_allclose(got, np.asarray(small_cnn(x, training=False)), atol=1e-5)


@pytest.mark.parametrize("name", IN_SESSION)
def test_its_session_tells_where_it_ran_and_what_it_is(name: str, seen_in: Seen) -> None:
    seen = seen_in(name)  # which closed it twice
    assert seen["ran_on"] == "cpu"
    assert seen["device_memory_bytes"] is None  # a CPU has none of its own
    assert all(isinstance(key, str) for key in seen["facts"])
    assert set(seen["inner"]) <= {"ndarray"}


@pytest.mark.parametrize("name", IN_SESSION)
def test_its_process_has_the_framework_that_it_needs_or_none(name: str, seen_in: Seen) -> None:
    needs, found = RUNTIMES[name].needs, seen_in(name)["frameworks"]
    # Keras imports others that are installed beside the one that it is on.
    assert needs in found if needs else found == []


@pytest.mark.parametrize(
    "name", [one for one in IN_SESSION if RUNTIMES[str(one.values[0])].target is not None]
)
def test_a_damaged_artifact_is_refused_in_one_line(name: str, seen_in: Seen) -> None:
    for kind, (refusal, message) in seen_in(name)["damaged"].items():
        assert refusal == "LoadError", f"{kind}: {refusal}: {message}"
        assert message.strip(), kind
        assert "\n" not in message, kind
