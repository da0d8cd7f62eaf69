"""Names and counts that a user gives, and the one wording in which they are refused."""

import re
from pathlib import Path

import pytest

import seqbench
from seqbench.core.errors import InputError
from seqbench.core.names import check_count, check_counts, known

ROOT = Path(seqbench.__file__).parents[1]
TABLE = {"one": 1, "two": 2, "three": 3}


def test_known_names_come_once_and_in_the_table_s_order() -> None:
    assert known("thing", ["three", "one", "three"], TABLE) == ("one", "three")
    assert known("thing", "two", TABLE) == ("two",)
    assert known("thing", (name for name in ("two",)), iter(TABLE)) == ("two",)
    assert known("thing", (), TABLE) == ()


def test_an_unknown_name_is_refused_with_the_table() -> None:
    with pytest.raises(InputError, match=r"^unknown thing 'four': expected one of one, two, t"):
        known("thing", ["one", "four", "five"], TABLE)


def test_counts_come_once_and_are_1_or_more() -> None:
    assert check_counts("batch", (8, 1, 8)) == (8, 1)
    assert check_count("processes", 1) == 1
    for count in (0, -1):
        with pytest.raises(InputError, match=rf"^batch {count}: expected 1 or more$"):
            check_counts("batch", (1, count))


def test_nobody_else_words_the_refusal_of_a_name() -> None:
    files = [*(ROOT / "seqbench").rglob("*.py"), *(ROOT / "studies").rglob("*.py")]
    worded = {
        str(path.relative_to(ROOT))
        for path in files
        if re.search(r"expected one of \{|expected 1 or more", path.read_text())
    }
    assert worded == {"seqbench/core/names.py"}
