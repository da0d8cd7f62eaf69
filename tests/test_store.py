from pathlib import Path

import pytest

from seqbench.errors import InputError
from seqbench.record import Cell, Kind, Record, Status
from seqbench.store import Store, read, replacing, size_bytes, write_json, write_text

RECORD = Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError

    with pytest.raises(OSError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_had_not_written_whole_is_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    kept = [tmp_path / "run" / name for name in (".mine", "other/.0123abcd.x", "models/m/.cfg")]
    gone = [
        *(tmp_path / "run" / ".0123abcd.run.json", store.record(".0123abcd.x.json")),
        *(store.model("m") / ".0123abcd.w" / "deep", store.artifacts / "m" / "p" / ".89abcdef.t"),
    ]
    for path in (*kept, *gone):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    store.remove_unfinished(["m"])
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in gone)
    assert not (store.model("m") / ".0123abcd.w").exists()


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    for name in ("one", "two"):
        with replacing(folder) as temporary:
            temporary.mkdir()
            (temporary / name).write_text(name)
    assert [path.name for path in folder.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [folder]


def test_sizes_add_up(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"12345")
    (tmp_path / "y").write_bytes(b"123")
    assert size_bytes(tmp_path) == 8
    assert size_bytes(tmp_path / "y") == 3


def test_records_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.find(RECORD.cell.key) is None
    store.save(RECORD)
    write_json(tmp_path / "run.json", {})
    assert store.find(RECORD.cell.key) == RECORD
    assert read(tmp_path) == [RECORD]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not the folder of a run: it has no run\.json"):
        read(tmp_path)


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write_json(tmp_path / "run.json", {})
    path = store.record("broken")
    write_text(path, "{")
    with pytest.raises(InputError, match=str(path)):
        read(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot make the folder .*file/run: Not a directory"):
        Store(tmp_path / "file" / "run")
