import json
import os
from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.core.files import replace_json, replace_text
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.core.store import FOLDERS, MARK, PERTURBED, Store, is_run, read_records

RECORD = Record(cell=Cell(model="m", kind=Kind.TRAIN), status=Status.PASS)
PLAN = {"versions": {"seqbench": "0.1.0"}}


def contents(folder: Path) -> dict[str, str | None]:
    """Everything below a folder: the text of files, where links point to, None of folders."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else (path.read_text(errors="replace") if path.is_file() else None)
        for path in folder.rglob("*")
    }


def test_what_a_killed_run_had_not_written_whole_is_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    part = ".seqbench-0123abcd."
    kept = [
        *(tmp_path / "run" / name for name in (".mine", f"other/{part}x", "models/m/.0123abcd.x")),
        *(store.artifacts / "m" / name for name in (".0123abcd.mine", f"p/{part}t")),
    ]
    gone = [
        *(tmp_path / "run" / f"{part}run.json", store.record(f"{part}x.json")),
        *(store.model("m") / f"{part}w" / "deep", store.artifacts / "m" / f"{part}model"),
        store.model("m") / PERTURBED / f"{part}x",
    ]
    for path in (*kept, *gone):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    store.remove_unfinished(["m"])
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in gone)
    assert not (store.model("m") / f"{part}w").exists()


def test_records_come_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.find(RECORD.cell.key) is None
    store.save(RECORD)
    replace_json(tmp_path / "run.json", {})
    assert store.find(RECORD.cell.key) == RECORD
    assert read_records(tmp_path) == [RECORD]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not the folder of a run: it has no run\.json"):
        read_records(tmp_path)


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    replace_json(tmp_path / "run.json", {})
    path = store.record("broken")
    replace_text(path, "{")
    with pytest.raises(InputError, match=str(path)):
        read_records(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "run")
    refused = pytest.raises(InputError, match=r"cannot make the folder .*file/run: Not a directory")
    with refused, store.hold([], PLAN):
        pass


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_an_empty_folder_becomes_a_runs_at_once(there: bool, tmp_path: Path) -> None:
    root = tmp_path / "run"
    if there:
        root.mkdir()
    with Store(root).hold(["m"], PLAN):
        assert is_run(root)
    assert is_run(root)
    assert contents(root) == {MARK: (root / MARK).read_text(), "artifacts": None}
    with Store(root).hold(["m"], {"versions": "of later"}):
        assert json.loads((root / MARK).read_text()) == PLAN


@pytest.mark.parametrize(
    "mark",
    [None, "", "{}", "[]", '{"scripts": {}}', '{"versions": {"npm": "1"}}', "folder", "fifo"],
)
def test_a_folder_of_other_things_is_refused_and_nothing_in_it_touched(
    mark: str | None, tmp_path: Path
) -> None:
    for name in (*FOLDERS, "models/m"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").write_text("mine")
        (tmp_path / name / ".seqbench-0123abcd.x").write_text("mine")
    (tmp_path / "report.html").write_text("mine")
    match mark:
        case "folder":
            (tmp_path / MARK).mkdir()
        case "fifo":
            os.mkfifo(tmp_path / MARK)
        case str():
            (tmp_path / MARK).write_text(mark)
    before = contents(tmp_path)
    with pytest.raises(InputError) as caught, Store(tmp_path).hold(["m"], PLAN):
        pass
    more = 3 if mark is None else 4
    assert str(caught.value) == (
        f"{tmp_path} is not the folder of a run, and not empty: it holds artifacts, logs, models "
        f"and {more} more; choose a new folder with --out"
    )
    assert contents(tmp_path) == before


def test_a_link_to_the_mark_of_another_run_is_no_mark(tmp_path: Path) -> None:
    replace_json(tmp_path / "other" / MARK, PLAN)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / MARK).symlink_to(tmp_path / "other" / MARK)
    assert is_run(tmp_path / "other")
    refused = pytest.raises(InputError, match=r"not the folder of a run, and not empty: it holds ")
    with refused, Store(tmp_path / "mine").hold([], PLAN):
        pass


@pytest.mark.parametrize("name", [*FOLDERS, "models/m", f"models/m/{PERTURBED}", "artifacts/m"])
def test_a_link_out_of_a_runs_folder_is_refused(name: str, tmp_path: Path) -> None:
    run, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    replace_json(run / MARK, PLAN)
    elsewhere.mkdir()
    (elsewhere / ".seqbench-0123abcd.x").write_text("mine")
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    (run / name).symlink_to(elsewhere)
    before = contents(tmp_path)
    with pytest.raises(InputError, match=f"{run / name} is a link: "), Store(run).hold(["m"], PLAN):
        pass
    assert contents(tmp_path) == before


def test_a_folder_to_deliver_to_may_hold_other_things(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    for name in (*FOLDERS, "m"):
        replace_text(dist / name / "precious", "mine")
    before = contents(dist)
    store = Store(tmp_path / "run", dist)
    with store.hold(["m", "n"], PLAN):
        store.remove_unfinished(["m", "n"])
        assert {path.name for path in dist.glob(".*")} == {".m.seqbench.lock", ".n.seqbench.lock"}
        with Store(tmp_path / "other run", dist).hold(["o"], PLAN):  # another model
            pass
        refused = pytest.raises(
            InputError, match=f"{dist / 'm'} is in use by process {os.getpid()}"
        )
        with refused, Store(tmp_path / "a third", dist).hold(["m"], PLAN):
            pass
    assert contents(dist) == before
