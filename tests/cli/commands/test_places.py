"""Every place that a command is told to write to: what is there already is never lost."""

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result

from seqbench.cli import options, output
from seqbench.cli.main import main
from seqbench.core.record import Record
from seqbench.core.store import MARK, Store
from studies.layers import baseline
from studies.layers.__main__ import coverage
from tests.core.test_store import contents
from tests.support.commands import seqbench
from tests.support.sample_runs import infer, run, timed

FOLDERS = {"run", "export", "layers"}
"""The commands whose `--out` is a folder."""

WORDS = {"verify": ["nosuch.onnx", "nosuch"], "compare": ["nosuch", "nosuch"], "history": []}
"""What a command is called with, if not with one model; none of it is there."""


COMMANDS: dict[str, click.Command] = {**main.commands, "layers": coverage}
"""The commands, and the study that is one."""


def file_options() -> Iterator[tuple[str, str]]:
    """Every command with an option that names a file to write."""
    for name, command in COMMANDS.items():
        for option in command.params:
            flag = isinstance(option, click.Option) and option.is_flag
            out = option.name == "out" and name not in FOLDERS
            if out or ("--json" in option.opts and not flag):
                yield name, option.opts[0]


def test_these_are_the_options_that_name_a_file() -> None:
    assert len(list(file_options())) == 10
    for name, flag in file_options():
        (option,) = (it for it in COMMANDS[name].params if flag in it.opts)
        assert option.callback is options.check_output_place


def invoke(command: str, *words: object) -> Result:
    return seqbench(*words, group=COMMANDS[command])


@pytest.mark.parametrize(("command", "option"), list(file_options()))
def test_a_folder_and_what_lies_below_a_file_are_refused_before_any_work(
    command: str, option: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "folder.html" / "precious").write_text("mine")
    (tmp_path / "link.html").symlink_to("folder.html")
    (tmp_path / "file").write_text("mine")
    before = contents(tmp_path)
    for name in ("folder.html", "link.html", "file/new.html"):
        done = invoke(command, *WORDS.get(command, ["nosuch"]), option, tmp_path / name)
        assert done.exit_code == 2
        assert f"cannot write {tmp_path / name}: " in done.stderr.replace("\n", "")
        assert "nosuch" not in done.stderr
        assert contents(tmp_path) == before


def device(place: Path) -> None:
    os.mknod(place, 0o666 | stat.S_IFCHR, os.makedev(1, 3))


KINDS: dict[str, Callable[[Path], None]] = {
    "device": device,
    "fifo": os.mkfifo,
    "link": lambda place: place.symlink_to("target"),
}
"""How to make what is no regular file."""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name, seconds, seed in (("base", 50e-6, 1), ("head", 49.9e-6, 2)):
        run(tmp_path / "runs" / name, timed(infer(), seconds, seed))
    return tmp_path / "runs"


def arriving(place: Path, write: Callable[[], object]) -> str:
    """Let something be written to a place that stays what it is; return what arrived there."""
    before, fifo = place.lstat(), place.is_fifo()
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(place.read_text()), daemon=True)
    if fifo:
        reader.start()
    write()
    if fifo:
        reader.join(timeout=60)
    after = place.lstat()
    assert (after.st_mode, after.st_ino) == (before.st_mode, before.st_ino)
    return read[0] if fifo else place.read_text()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["compare --json", "compare --out", "history", "report"])
def test_what_is_no_regular_file_is_written_to_and_stays(
    command: str, kind: str, runs: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place.html"
    words: list[object] = {
        "compare --json": ["compare", runs / "base", runs / "head", "--json", place],
        "compare --out": ["compare", runs / "base", runs / "head", "--out", place],
        "history": ["history", runs, "--out", place],
        "report": ["report", runs / "base", "--out", place],
    }[command]
    KINDS[kind](place)
    done: list[Result] = []
    text = arriving(place, lambda: done.append(seqbench(*words)))
    assert done[0].exit_code == 0, done[0].output
    start = '{\n "schema"' if command == "compare --json" else "<!doctype html>"
    assert text.startswith("" if kind == "device" else start)
    assert (tmp_path / "target").exists() is (kind == "link")


@pytest.mark.parametrize("kind", KINDS)
def test_records_and_baselines_are_written_to_what_is_there(kind: str, tmp_path: Path) -> None:
    places = tmp_path / "records", tmp_path / "baseline"
    for place in places:
        KINDS[kind](place)
    records: list[Record] = [timed(infer(), 50e-6, 1)]
    text = arriving(places[0], lambda: output.write_json(records, str(places[0])))
    assert text.startswith("" if kind == "device" else "[\n")
    text = arriving(places[1], lambda: baseline.write({"a": {"litert": "pass"}}, places[1]))
    assert text == ("" if kind == "device" else '{\n"a": {"litert": "pass"}\n}\n')


def test_a_report_replaces_no_folder_in_the_runs_and_follows_no_link_from_it(runs: Path) -> None:
    (runs / "base" / "report.html").mkdir()
    (runs / "base" / "report.html" / "precious").write_text("mine")
    done = seqbench("report", runs / "base")
    assert done.exit_code == 2
    assert f"cannot write the report {runs / 'base' / 'report.html'}: Is a directory" in done.stderr
    assert (runs / "base" / "report.html" / "precious").read_text() == "mine"
    (runs / "precious").write_text("mine")
    (runs / "head" / "report.html").symlink_to(runs / "precious")
    assert seqbench("report", runs / "head").exit_code == 0
    assert (runs / "precious").read_text() == "mine"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder that is the current one and home, and in it much that runs call theirs."""
    folder = tmp_path / "home"
    for name in ("tmp", "logs", "models/three_class", "records", "artifacts", "new"):
        (folder / name).mkdir(parents=True)
        (folder / name / ".0123abcd.precious").write_text("mine")
    (folder / "precious").write_text("mine")
    (folder / "empty").mkdir()
    (folder / "new" / "tmp").symlink_to("../logs")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.mark.parametrize(
    "out", [".", "{home}", "tmp", "new", "../home", "precious", "precious/new"]
)
@pytest.mark.parametrize("command", ["run three_class", "layers --only ^Dense-plain$"])
def test_a_folder_of_the_users_is_not_made_a_runs(command: str, out: str, elsewhere: Path) -> None:
    before = contents(elsewhere)
    done = invoke(*command.split(), "--out", out.format(home=elsewhere))
    assert done.exit_code == 2
    assert str(elsewhere) in done.stderr
    assert ("not empty: it holds" in done.stderr) is ("precious" not in out)
    assert len(done.stderr.splitlines()) == 1
    assert contents(elsewhere) == before


@pytest.mark.parametrize("name", ["saved_model", "tfjs", "model.onnx", "manifest.json"])
def test_an_export_replaces_nothing_of_the_users(name: str, elsewhere: Path) -> None:
    place = elsewhere / "dist" / "three_class" / name
    place.parent.mkdir(parents=True)
    if "." in name:
        place.write_text("{}")
    else:
        place.mkdir()
        (place / "precious").write_text("mine")
    before = contents(elsewhere)
    done = seqbench("export", "three_class", "--to", "saved_model,tfjs,onnx")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"seqbench: {place} is not what seqbench wrote there")
    assert contents(elsewhere) == before


@pytest.mark.slow
def test_an_export_leaves_alone_what_is_beside_it(elsewhere: Path) -> None:
    before = contents(elsewhere)
    words = ("export", "three_class", "--to", "onnx", "--out", ".", "--json", "precious")
    assert seqbench(*words).exit_code == 0
    after = contents(elsewhere)
    assert (after.pop("precious") or "").startswith("[\n")
    assert before.pop("precious") == "mine"
    made = {name for name in after.keys() - before.keys() if name[0] != "."}  # of Keras's own
    names = ("README.md", "manifest.json", "model.onnx")
    assert made == {"three_class", *(f"three_class/{name}" for name in names)}
    assert not list(elsewhere.glob(".*seqbench*"))
    assert {name: after[name] for name in before} == before


@pytest.mark.slow
def test_a_run_in_an_empty_folder_with_its_records_on_a_device(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(elsewhere)
    device(elsewhere.parent / "null")
    monkeypatch.chdir(elsewhere / "empty")
    words = ("run", "three_class", "--only", "train", "--device", "cpu", "--out", ".")
    assert seqbench(*words, "--json", "../../null").exit_code == 0
    assert stat.S_ISCHR((elsewhere.parent / "null").stat().st_mode)
    assert (elsewhere / "empty" / MARK).exists()
    assert {name: text for name, text in contents(elsewhere).items() if name in before} == before
    assert len(list((Store(Path.cwd()).root / "records").iterdir())) == 1
