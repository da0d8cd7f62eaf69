"""Rules about the package as a whole."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import seqbench

PACKAGE = Path(seqbench.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def test_the_map_names_every_room_and_nothing_else() -> None:
    rooms = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    rooms |= {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    text = (seqbench.__doc__ or "").split("below it:\n")[1]
    lines = [line for line in text.splitlines() if re.match(r" {4}\S", line)]
    listed = [re.split(r"  +", line.strip())[0] for line in lines]
    names = {name.strip() for entry in listed for name in entry.split(",")}
    assert names == rooms


def test_every_public_name_can_be_imported_and_stands_in_all() -> None:
    for name in seqbench.__all__:
        assert getattr(seqbench, name).__module__.startswith("seqbench.")
    assert set(seqbench._HOMES) == set(seqbench.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = seqbench.nonsense


def test_every_public_function_can_be_called_when_every_module_is_imported() -> None:
    """No module has the name of a public function: importing it would hide the function."""
    code = """
import importlib, inspect, pkgutil, seqbench
for found in pkgutil.walk_packages(seqbench.__path__, "seqbench."):
    if found.name != "seqbench.__main__":
        importlib.import_module(found.name)
public = {name: getattr(seqbench, name) for name in seqbench.__all__}
assert all(map(callable, public.values())), public
for name, function in public.items():
    if inspect.isfunction(function):
        needed = [one for one in inspect.signature(function).parameters.values()
                  if one.default is one.empty]
        try:
            function(**{one.name: "no/such.onnx" for one in needed if one.name != "out"},
                     **{one.name: "." for one in needed if one.name == "out"})
        except seqbench.InputError as error:
            print(name, error)
"""
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert set(said) == {"check", "export", "run", "show", "verify"}
    assert all(text.startswith("no/such.onnx: no such file") for text in said.values()), said


def test_the_root_of_the_package_holds_twelve_rooms_and_two_modules() -> None:
    apparatus = {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
    entries = {path.name for path in PACKAGE.iterdir()} - apparatus
    rooms = {name for name in entries if (PACKAGE / name / "__init__.py").exists()}
    assert len(rooms) <= 12 + len({"pytest_plugin"})
    assert entries - rooms == {"api.py"}


def test_the_contract_has_ten_floors_at_most_and_a_place_for_every_room() -> None:
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    (floors,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    assert len(floors) <= 10
    placed = [room.strip() for floor in floors for room in floor.split("|")]
    rooms = {path.stem for path in PACKAGE.glob("[a-z]*.py")}
    rooms |= {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert sorted(placed) == sorted(rooms)


def test_files_are_small() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] < 120
    assert lengths[-1] <= 400


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    root = PACKAGE.parent
    if not (root / "Makefile").exists():
        pytest.fail("this test belongs to a checkout")
    texts = [*FILES, *root.glob("*.t*"), *root.glob("requirements/*"), *root.glob("*.md")]
    texts += [root / "Makefile", *(root / "docs").rglob("*.md")]
    texts += [
        path for path in (PACKAGE / "runtimes" / "browser" / "page").iterdir() if path.is_file()
    ]
    words = re.compile("pypi" + r"\.org|pythonhosted|registry" + r"\.npmjs|/ro" + "ot/|/wo" + "rk/")
    for path in texts:
        assert not words.search(path.read_text()), path
