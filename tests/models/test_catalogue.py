"""Scenario files are found and read without being run."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import seqbench
from seqbench.models.catalogue import available, read_entry, shipped

PACKAGE = Path(seqbench.__file__).parent


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "name", "summary"),
    [
        ('raise SystemExit\nSCENARIO = Scenario(name="a", summary="one " "line")', "a", "one line"),
        ('SCENARIO: Scenario = Scenario(summary="s", name="a")', "a", "s"),
        ('SCENARIO = Scenario(name=NAME, summary=f"{NAME}!")', "file", None),
        ("SCENARIO = make()", "file", None),
        ('OTHER = Scenario(name="a", summary="s")', "file", None),
        ("x = (", "file", None),
        ("x = 1\0", "file", None),
    ],
)
def test_reads_literal_names_without_running(
    tmp_path: Path, text: str, name: str, summary: str | None
) -> None:
    entry = read_entry(write(tmp_path / "file.py", text))
    assert (entry.name, entry.summary) == (name, summary)
    assert entry.path == tmp_path / "file.py"


def test_the_current_folder_goes_before_the_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = write(tmp_path / "scenarios" / "digits_cnn.py", "")
    write(tmp_path / "scenarios" / "_helper.py", "")
    write(tmp_path / "scenarios" / "zz.py", "")
    monkeypatch.chdir(tmp_path)
    found = {entry.name: entry.path for entry in available()}
    assert found["digits_cnn"] == mine
    assert found.keys() == {"zz", *(entry.name for entry in shipped())}
    assert list(found) == sorted(found)


def test_shipped_scenarios_are_those_of_the_checkout() -> None:
    folder = PACKAGE.parent / "scenarios"
    expected = {path.stem for path in folder.glob("*.py") if not path.name.startswith("_")}
    entries = shipped()
    assert {entry.name for entry in entries} == expected
    assert all(entry.summary for entry in entries)


def test_an_installed_package_has_its_scenarios_inside(tmp_path: Path) -> None:
    shutil.copytree(
        PACKAGE, tmp_path / "seqbench", ignore=shutil.ignore_patterns("node_modules", "__pycache__")
    )
    write(tmp_path / "seqbench" / "scenarios" / "inside.py", "")
    write(tmp_path / "scenarios" / "beside.py", "")
    code = (
        "from seqbench.models.catalogue import shipped; print([entry.name for entry in shipped()])"
    )
    command = [sys.executable, "-P", "-c", code]
    found = subprocess.run(
        command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "['inside']"
