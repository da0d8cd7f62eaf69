import ast
import os
import socket
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import seqbench
from seqbench.cli.main import main
from seqbench.core.errors import InputError
from seqbench.core.files import check_place, remove, replace_text, replacing, size_bytes, write_text

PACKAGE = Path(seqbench.__file__).parent


def folder(place: Path) -> None:
    place.mkdir()
    (place / "precious").write_text("mine")


def link_to_a_folder(place: Path) -> None:
    folder(place.with_name("elsewhere"))
    place.symlink_to(place.with_name("elsewhere"))


def listening(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as found:
        found.bind(os.path.relpath(place))  # a socket's name has at most 107 bytes


def disk(place: Path) -> None:
    os.mknod(place, 0o600 | stat.S_IFBLK, os.makedev(240, 0))  # a number of no driver's


def below_a_file(place: Path) -> None:
    place.parent.rmdir()
    place.parent.write_text("mine")


def loop(place: Path) -> None:
    place.symlink_to(place.name)


def link_below_a_file(place: Path) -> None:
    place.with_name("file").write_text("mine")
    place.symlink_to("file/new/below")


def too_long(place: Path) -> None:
    place.symlink_to("x" * 256)


REFUSED = {
    "folder": (folder, "it is a folder, and no file replaces a folder; name a file"),
    "link to a folder": (link_to_a_folder, "it is a folder, and no file replaces a folder"),
    "socket": (listening, "it is a socket, and nothing can be written to one by its name"),
    "disk": (disk, "it is a disk, and a file written over it would destroy what is on it"),
    "below a file": (below_a_file, "Not a directory"),
    "loop": (loop, "Too many levels of symbolic links"),
    "link below a file": (link_below_a_file, "Not a directory"),
    "too long": (too_long, "File name too long"),
}
"""Places where no file can be written: how each is made, and what is said of it."""


@pytest.mark.parametrize("kind", REFUSED)
def test_a_place_where_no_file_can_be_is_refused_and_left_as_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, message = REFUSED[kind]
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "in" / "place"
    place.parent.mkdir()
    make(place)
    before = [(path, path.lstat().st_mode) for path in sorted(tmp_path.rglob("*"))]
    for do in (check_place, lambda path: write_text(path, "new")):
        with pytest.raises(InputError) as caught:
            do(place)
        assert str(caught.value).startswith(f"cannot write {place}: {message}")
    assert [(path, path.lstat().st_mode) for path in sorted(tmp_path.rglob("*"))] == before
    for path in tmp_path.rglob("precious"):
        assert path.read_text() == "mine"


@pytest.mark.parametrize("there", [False, True])
def test_a_file_keeps_its_permissions_and_a_new_one_gets_its_folders(
    there: bool, tmp_path: Path
) -> None:
    place = tmp_path / "new" / "folder" / "file"
    if there:
        replace_text(place, "old")
        place.chmod(0o640)
        os.chown(place, 1234, 1235)
    check_place(place)
    write_text(place, "new")
    assert place.read_text() == "new"
    assert list(place.parent.iterdir()) == [place]
    if there:
        found = place.stat()
        assert stat.S_IMODE(found.st_mode) == 0o640
        assert (found.st_uid, found.st_gid) == (1234, 1235)


@pytest.mark.parametrize("there", [False, True])
def test_a_link_stays_and_its_file_gets_the_text(there: bool, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "file"
    target.parent.mkdir()
    if there:
        target.write_text("old")
    (tmp_path / "between").symlink_to("elsewhere/file")
    place = tmp_path / "place"
    place.symlink_to("between")
    check_place(place)
    write_text(place, "new")
    assert place.readlink() == Path("between")
    assert not target.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    place = tmp_path / "null"
    os.mknod(place, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    check_place(place)
    write_text(place, "new")
    assert stat.S_ISCHR(place.stat().st_mode)
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("linked", [False, True])
def test_a_fifo_is_written_to_and_stays(linked: bool, tmp_path: Path) -> None:
    fifo = place = tmp_path / "fifo"
    os.mkfifo(fifo)
    if linked:
        place = tmp_path / "link"
        place.symlink_to("fifo")
    check_place(place)  # opens nothing: it would wait for a reader
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()), daemon=True)
    reader.start()
    write_text(place, "new" * 50_000)
    reader.join(timeout=60)
    assert read == ["new" * 50_000]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert place.is_symlink() is linked


def test_a_file_that_the_shell_opened_keeps_what_is_in_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("a") as opened:
        write_text(Path(f"/proc/self/fd/{opened.fileno()}"), "new\n")
        opened.write("after\n")
    assert log.read_text() == "before\nnew\nafter\n"


def test_a_name_as_long_as_can_be_is_written(tmp_path: Path) -> None:
    for name in ("x" * 255, "ä" * 127):
        write_text(tmp_path / name, "new")
        assert (tmp_path / name).read_text() == "new"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise OSError

    with pytest.raises(OSError):
        fail()
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    for name in ("one", "two"):
        with replacing(folder) as temporary:
            temporary.mkdir()
            (temporary / name).write_text(name)
    assert [path.name for path in folder.iterdir()] == ["two"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_file_of_seqbenchs_own_replaces_no_folder_and_no_folder_a_file(tmp_path: Path) -> None:
    folder(tmp_path / "folder")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(IsADirectoryError):
        replace_text(tmp_path / "folder", "new")
    with pytest.raises(NotADirectoryError), replacing(tmp_path / "file") as temporary:
        temporary.mkdir()
    assert (tmp_path / "folder" / "precious").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2


def new_file(temporary: Path) -> None:
    temporary.write_text("new")


@pytest.mark.parametrize("make", [Path.mkdir, new_file])
def test_what_a_link_points_to_is_neither_replaced_nor_removed(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    folder(tmp_path / "elsewhere")
    link = tmp_path / "link"
    for do in (replacing, remove):
        link.symlink_to("elsewhere")
        if do is remove:
            remove(link)
        else:
            with replacing(link) as temporary:
                make(temporary)
            assert not link.is_symlink()
            remove(link)
        assert not os.path.lexists(link)
        assert (tmp_path / "elsewhere" / "precious").read_text() == "mine"


def test_sizes_add_up(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"12345")
    (tmp_path / "y").write_bytes(b"123")
    assert size_bytes(tmp_path) == 8
    assert size_bytes(tmp_path / "y") == 3


WRITES = {
    *("write_text", "write_bytes", "open", "fdopen", "touch", "mkdir", "symlink_to", "hardlink_to"),
    *("rename", "renames", "unlink", "rmdir", "chmod", "truncate", "ftruncate", "mknod", "mkfifo"),
    *("save", "savez", "savez_compressed", "copy", "copyfile", "copytree", "rmtree"),
}
"""Calls that may write, move or remove a file."""

OWN = {
    "core/files.py": "is where files are written",
    "core/arrays.py": "writes a temporary name of `replacing`",
    "core/lock.py": "keeps a lock's file, which it has checked to be seqbench's",
    "core/store.py": "makes the folder of a run",
    "engine/workers/fork_servers.py": "writes its servers' logs into the folder of a run",
    "engine/workers/pool.py": "writes its workers' logs into the folder of a run",
    "engine/workers/worker.py": "writes a job's log into the folder of a run",
    "cli/streams.py": "makes standard output and error writable",
    "engine/state.py": "saves records into the folder of a run",
    "engine/jobs/context.py": "saves records into the folder of a run",
    "comparison/ab/child.py": "writes to its standard output",
    "engine/phases/diagnosis.py": "removes a temporary file of a run",
    "engine/phases/verdicts.py": "writes into the manifest of a folder of exports",
    "machine/host.py": "writes to /proc",
    "models/snapshot.py": "makes a model's folder within a run's",
    "engine/jobs/prepare.py": "makes a model's folder within a run's",
    "verdict/reference.py": "writes arrays by `core/arrays`",
    "engine/jobs/locate_layer.py": "writes arrays by `core/arrays`",
    "targets/onnx/writer.py": "exports to a temporary name of `replacing`",
    "targets/saved_model/writer.py": "exports to a temporary name of `replacing`",
    "targets/tflite/writer.py": "exports to a temporary name of `replacing`",
    "targets/tfjs/writer.py": "exports to a temporary name of `replacing`",
    "targets/onnx/variants.py": "exports to a temporary name of `replacing`",
    "targets/tfjs/variants.py": "exports to a temporary name of `replacing`",
    "models/from_python.py": "saves a model into a temporary folder",
    "models/archive.py": "repairs a copy in a temporary folder",
    "comparison/ab/study.py": "writes inputs into a temporary folder",
    "runtimes/browser/browser.py": "writes its start page into the profile's temporary folder",
    "runtimes/browser/packages.py": "fills seqbench's own cache",
}
"""The modules that write by themselves, none of them to a place that a user names for a file."""


def writes(path: Path) -> bool:
    """Whether a module calls what may write a file by itself; `open` to read does not."""
    return any(map(_writes, ast.walk(ast.parse(path.read_text(encoding="utf-8")))))


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="write_text")):  # the helper
            return False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="files" | "console"), attr=_)):
            return False
        case ast.Call(func=ast.Attribute(attr="copy"), args=[]):  # an array's
            return False
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args):
            if name in ("open", "fdopen"):
                flags = any(isinstance(arg, ast.BinOp) for arg in args)  # os.open's
                modes = "".join(str(arg.value) for arg in args if isinstance(arg, ast.Constant))
                return flags or bool(set(modes) & set("wax+"))
            return name in WRITES
    return False


def test_only_the_helper_writes_to_a_place_that_a_user_names() -> None:
    found = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if writes(path)}
    assert found == set(OWN)


def test_every_study_writes_its_table_by_the_helper() -> None:
    found = sorted((PACKAGE.parent / "studies").glob("*/__main__.py"))
    studies = [path for path in found if path.parent.name != "layers"]  # it keeps a run's folder
    assert len(studies) >= 6
    for path in studies:
        text = path.read_text(encoding="utf-8")
        assert "type=place" in text, path
        assert "files.write_text(told.out, text)" in text, path
        assert text.count("write_text(") == 1, path


def test_no_place_for_temporary_files_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    done = CliRunner().invoke(main, ["check", "three_class"])
    assert done.exit_code == 2
    assert done.stderr == (
        "seqbench: cannot make a temporary folder (No such file or directory): set TMPDIR to one "
        "with room\n"
    )
