"""Rules about the package as a whole."""

import re
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


def test_files_are_small() -> None:
    lengths = sorted(len(path.read_text().splitlines()) for path in FILES)
    assert lengths[len(lengths) // 2] < 120
    assert lengths[-1] <= 300


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    root = PACKAGE.parent
    if not (root / "Makefile").exists():
        pytest.fail("this test belongs to a checkout")
    texts = [*FILES, *root.glob("*.t*"), root / "Makefile", *root.glob("*.md")]
    texts += (root / "docs").rglob("*.md")
    texts += [path for path in (PACKAGE / "web" / "page").iterdir() if path.is_file()]
    words = re.compile("pypi" + r"\.org|pythonhosted|registry" + r"\.npmjs|/ro" + "ot/|/wo" + "rk/")
    for path in texts:
        assert not words.search(path.read_text()), path
