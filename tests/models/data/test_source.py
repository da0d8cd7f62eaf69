"""What `--data` may name, and what is said of anything else."""

from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.models.data import source
from seqbench.models.data.source import resolve_data


def test_each_kind_is_told_by_its_name(tmp_path: Path) -> None:
    for name, form in {
        "a.npz": "npz",
        "b.NPY": "npy",
        "c.csv": "csv",
        "d.parquet": "parquet",
    }.items():
        (tmp_path / name).write_text("x")
        assert resolve_data(str(tmp_path / name)).form == form
    (tmp_path / "e.py").write_text("")
    found = resolve_data(f"{tmp_path / 'e.py'}:data")
    assert (found.form, found.function) == ("python", "data")
    assert resolve_data(str(tmp_path)).form == "pictures"


def test_what_it_holds_is_part_of_it(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "class" / "a.png"
    file.parent.mkdir(parents=True)
    file.write_text("one")
    before = resolve_data(str(tmp_path / "folder")), resolve_data(f"{tmp_path / 'folder'}")
    assert before[0] == before[1]
    file.write_text("two")
    assert resolve_data(str(tmp_path / "folder")).sha256 != before[0].sha256


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.npz", r"none\.npz: cannot be read: No such file"),
        ("x.mat", r"x\.mat: is a file of kind \.mat; expected x\.npz, x\.npy, x\.csv"),
        ("x", r"x: is a file without a suffix; expected x\.npz"),
        ("x.py", r"x\.py: say which function gives the Data: .*x\.py:function"),
    ],
)
def test_anything_else_is_refused(name: str, message: str, tmp_path: Path) -> None:
    for there in ("x.mat", "x", "x.py"):
        (tmp_path / there).write_text("x")
    with pytest.raises(InputError, match=message):
        resolve_data(str(tmp_path / name))


def test_a_table_whose_reader_is_missing_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.parquet").write_text("")
    monkeypatch.setattr(source, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'seqbench\[parquet\]', or give the table"):
        resolve_data(str(tmp_path / "x.parquet"))
