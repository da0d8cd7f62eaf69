"""What a side may be, how it is told apart, and what is said of none."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

import pytest

from seqbench.comparison.ab import sides
from seqbench.core.errors import InputError
from seqbench.models.source import resolve as model


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, tiny_scenario: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the scenario in one commit, and the current folder."""
    git(tmp_path, "init", "--initial-branch", "trunk")
    git(tmp_path, "add", tiny_scenario.name)
    git(tmp_path, "commit", "-m", "first")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_working_tree_a_run_a_python_and_a_revision(repository: Path) -> None:
    (repository / "run").mkdir()
    (repository / "run" / "run.json").write_text("{}")
    assert sides.resolve("--base", ".").kind == "HERE"
    assert sides.resolve("--base", "run").run == repository / "run"
    assert sides.resolve("--base", sys.executable).kind == "ENV"
    found = sides.resolve("--base", "trunk~0")
    assert found.kind == "REV"
    assert len(found.commit or "") == 40


def test_a_run_goes_before_a_branch_of_its_name(repository: Path) -> None:
    (repository / "trunk").mkdir()
    assert sides.resolve("--base", "trunk").kind == "REV"
    (repository / "trunk" / "run.json").write_text("{}")
    assert sides.resolve("--base", "trunk").kind == "RUN"


def test_what_is_none_of_them_is_told_what_is_expected(repository: Path) -> None:
    with pytest.raises(InputError, match="--head nosuch: expected a git revision, the folder of"):
        sides.resolve("--head", "nosuch")


def test_an_environment_needs_seqbench(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False)
    with pytest.raises(InputError, match=r"bare: its Python cannot import this seqbench \(Module"):
        sides.resolve("--base", str(tmp_path / "bare"))


def test_another_environment_is_given_no_modules_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    assert "PYTHONPATH" in sides.Side(spec="a", kind="REV", python="p").environment
    assert "PYTHONPATH" not in sides.Side(spec="a", kind="ENV", python="p").environment


def test_a_revision_says_nothing_of_a_model_outside_of_the_repository(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away") / "other.py"
    away.write_text((repository / "tiny.py").read_text())
    side = sides.resolve("--base", "trunk")
    with (
        pytest.raises(InputError, match=r"other\.py is not a file of the repository"),
        sides.prepare_side("--base", side, [model(str(away))], ["onnx"]),
    ):
        pass
    assert not list((repository / ".git").glob("worktrees/*"))


def test_a_model_that_the_revision_lacks_is_told(repository: Path) -> None:
    later = repository / "later.py"
    later.write_text((repository / "tiny.py").read_text().replace('"tiny"', '"later"'))
    side = sides.resolve("--base", "trunk")
    with (
        pytest.raises(InputError, match=r"--base trunk: .*later\.py: no such file"),
        sides.prepare_side("--base", side, [model("later.py")], ["onnx"]),
    ):
        pass


def test_a_side_is_exported_without_a_device_for_its_records(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def note(_: sides.Side, words: Sequence[str]) -> tuple[int, str]:
        said.extend(words)
        return 2, "not today"

    monkeypatch.setattr(sides, "_run_seqbench", note)
    side = sides.resolve("--base", ".")
    context = sides.prepare_side("--base", side, [model("three_class")], ["onnx"])
    with pytest.raises(InputError, match="not today"), context:
        pass
    assert "--json" not in said  # root replaced /dev/null by a file there
