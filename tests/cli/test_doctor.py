from pathlib import Path

import pytest

from seqbench.cli import doctor
from seqbench.core.errors import InputError
from seqbench.runtimes import RUNTIMES
from seqbench.targets import TARGETS
from tests.support.commands import seqbench


def test_what_is_here_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {item.name: item for item in doctor.examine()}
    assert found["tensorflow"].present
    assert found["cpu"].present == "here"
    assert not found["cpu"].missing


def test_every_package_of_a_runtime_or_a_target_is_looked_for() -> None:
    found = {item.name for item in doctor.examine()}
    for runtime in RUNTIMES.values():
        assert {*runtime.packages} <= found, runtime.name
    for target in TARGETS.values():
        assert {*target.packages} <= found, target.name


def test_what_is_missing_has_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SEQBENCH_BROWSER", "/nowhere/chromium")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = {item.name: item for item in doctor.examine()}
    assert found["browser"].missing
    assert "SEQBENCH_BROWSER" in found["browser"].remedy
    assert found["TF.js"].missing
    assert "seqbench setup" in found["TF.js"].remedy


def test_the_command_fails_where_something_needed_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEQBENCH_BROWSER", "/nowhere/chromium")
    done = seqbench("doctor")
    assert done.exit_code == 1
    assert "MISSING" in done.stdout


def test_setup_without_a_browser_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEQBENCH_BROWSER", "/nowhere/chromium")
    with pytest.raises(InputError, match="SEQBENCH_BROWSER"):
        doctor.install(lambda _: None)
