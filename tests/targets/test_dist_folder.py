"""The folder of a model's artifacts: what an export may replace or remove there, and what not."""

import json
import os
from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.runtimes.session import Tensor
from seqbench.targets import TARGETS, Artifact, Exported, dist_folder, manifest
from seqbench.targets.manifest import Entry, Model
from tests.core.test_store import contents

ONNX = Artifact(target=TARGETS["onnx"])
SAVED_MODEL = Artifact(target=TARGETS["saved_model"])
BOTH = (SAVED_MODEL, ONNX)


def claim(folder: Path, artifact: Artifact, sha256: str = "1") -> None:
    manifest.claim(folder, Model(name="m", sha256=sha256), artifact)


def add(folder: Path, artifact: Artifact, sha256: str = "1") -> Entry:
    tensor = Tensor(name="x", shape=(None, 2), dtype="float32")
    claim(folder, artifact, sha256)
    exported = Exported(input=tensor, output=tensor, ops=())
    return manifest.add(folder, artifact, "key", {}, exported)


def fill(path: Path, text: str = "x") -> None:
    if "." in path.name:
        path.write_text(text)
    else:
        path.mkdir()
        (path / "x").write_text(text)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A folder with two artifacts of the weights `1`."""
    folder = tmp_path / "m"
    folder.mkdir()
    for artifact in BOTH:
        fill(folder / artifact.filename)
        add(folder, artifact)
    return folder


def test_what_an_export_has_written_may_be_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    dist_folder.refuse_foreign(folder, BOTH)  # there is nothing yet
    for artifact in BOTH:
        folder.mkdir(exist_ok=True)
        claim(folder, artifact)
        fill(folder / artifact.filename)  # a kill here leaves it without an entry
        dist_folder.refuse_foreign(folder, BOTH)
        add(folder, artifact)
        dist_folder.refuse_foreign(folder, BOTH)
    assert set(manifest.read(folder).artifacts) == {"saved_model", "onnx"}
    assert manifest.read(folder).unfinished == ()
    claim(folder, ONNX)  # and one here leaves the entry of what is not there any more
    assert set(manifest.read(folder).artifacts) == {"saved_model"}
    (folder / ONNX.filename).write_text("new")
    dist_folder.refuse_foreign(folder, BOTH)


def test_of_other_weights_everything_that_seqbench_wrote_is_removed(exported: Path) -> None:
    (exported / "precious").write_text("mine")
    before = contents(exported)
    assert dist_folder.remove_others(exported, "1") == ()
    assert contents(exported) == before
    dist_folder.refuse_stale(exported, "2", [ONNX])
    assert dist_folder.remove_others(exported, "2") == ("saved_model", "model.onnx")
    assert set(contents(exported)) == {"manifest.json", "precious"}
    fill(exported / ONNX.filename)
    add(exported, ONNX, "2")
    assert set(manifest.read(exported).artifacts) == {"onnx"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("touch saved_model/x", "saved_model/x has changed since it was exported: expected sha256"),
        ("touch model.onnx", "model.onnx has changed since it was exported: expected sha256 "),
        ("touch saved_model/mine", "saved_model/mine is not what seqbench wrote"),
        ("link saved_model/mine", "saved_model/mine is a link, which seqbench did not write"),
    ],
)
def test_what_a_user_has_changed_is_never_removed(change: str, said: str, exported: Path) -> None:
    kind, _, name = change.partition(" ")
    if kind == "touch":
        (exported / name).write_text("mine")
    else:
        (exported / name).symlink_to("nowhere")
    before = contents(exported)
    for refuse in (
        lambda: dist_folder.refuse_stale(exported, "2", [ONNX]),
        lambda: dist_folder.remove_others(exported, "2"),
        lambda: dist_folder.refuse_foreign(exported, BOTH),  # it would be replaced
    ):
        with pytest.raises(InputError) as caught:
            refuse()
        assert str(caught.value).startswith(f"{exported}/{said}")
        assert "move it away or delete it" in str(caught.value)
    assert contents(exported) == before
    dist_folder.refuse_stale(exported, "1", BOTH)  # of the same weights nothing is removed
    dist_folder.refuse_foreign(exported, [Artifact(target=TARGETS["tflite"])])


def test_what_is_gone_already_is_no_hindrance(exported: Path) -> None:
    (exported / "saved_model" / "x").unlink()
    (exported / "model.onnx").unlink()
    dist_folder.refuse_foreign(exported, BOTH)
    dist_folder.refuse_stale(exported, "2", [ONNX])
    dist_folder.remove_others(exported, "2")
    assert set(contents(exported)) == {"manifest.json"}


def test_what_a_kill_left_is_replaced_or_refused_but_not_left_silently(exported: Path) -> None:
    claim(exported, SAVED_MODEL)
    dist_folder.refuse_stale(exported, "1", BOTH)
    with pytest.raises(InputError, match=f"{exported}/saved_model was left by an export that"):
        dist_folder.refuse_stale(exported, "1", [ONNX])


@pytest.mark.parametrize(
    "change",
    [
        {"path": "../precious"},
        {"path": "precious"},
        {"files": [{"path": "model.onnx/../../precious", "size_bytes": 1, "sha256": "1"}]},
        {"files": [{"path": "/precious", "size_bytes": 1, "sha256": "1"}]},
    ],
)
def test_a_manifest_that_names_other_places_is_not_read(
    change: dict[str, object], exported: Path
) -> None:
    found = json.loads((exported / manifest.NAME).read_text())
    found["artifacts"]["onnx"] |= change
    (exported / manifest.NAME).write_text(json.dumps(found))
    with pytest.raises(InputError, match="is not a manifest of seqbench: artifact 'onnx'"):
        manifest.read(exported)


@pytest.mark.parametrize("name", ["saved_model", "model.onnx", "manifest.json"])
@pytest.mark.parametrize("kind", ["plain", "link", "dangling", "fifo"])
@pytest.mark.parametrize("listed", [False, True])
def test_what_is_not_seqbenchs_is_refused(
    name: str, kind: str, listed: bool, tmp_path: Path
) -> None:
    folder, place = tmp_path / "m", tmp_path / "m" / name
    folder.mkdir()
    if listed:
        fill(folder / "model.tflite")
        add(folder, Artifact(target=TARGETS["tflite"]))
        if name == "manifest.json":
            place.unlink()
    match kind:
        case "plain":
            fill(place)
        case "fifo":
            os.mkfifo(place)
        case "link":
            fill(tmp_path / name)
            place.symlink_to(tmp_path / name)
        case _:
            place.symlink_to("nowhere")
    with pytest.raises(InputError) as caught:
        dist_folder.refuse_foreign(folder, BOTH)
    assert str(caught.value).startswith(f"{place} is not what seqbench wrote there")


def test_a_file_where_the_models_folder_would_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("mine")
    with pytest.raises(InputError, match=f"{tmp_path / 'm'} is not a folder: move it away"):
        dist_folder.refuse_foreign(tmp_path / "m", BOTH)


@pytest.mark.parametrize(
    "text",
    [
        *('{"name": "my page", "icons": []}', "[]", "{", '{"schema": 1, "artifacts": {}}'),
        *('{"schema": 2}', '{"schema": 2, "model": 1, "artifacts": [1]}'),
        '{"schema": 2, "model": {"name": "m", "sha256": "1"}, "artifacts": {"a": {}}}',
    ],
)
def test_a_users_own_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text(text)
    assert manifest.find(tmp_path) is None
    with pytest.raises(InputError, match=r"manifest\.json is not what seqbench wrote there"):
        dist_folder.refuse_foreign(tmp_path, BOTH)


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_what_came_to_stand_at_a_name_of_seqbenchs_is_refused(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "model.onnx"
    fill(place)
    add(tmp_path, ONNX)
    if kind == "link":
        place.rename(tmp_path / "moved.onnx")
        place.symlink_to("moved.onnx")
    else:
        place.unlink()
        os.mkfifo(place)
    with pytest.raises(InputError, match=f"{place} is not what seqbench wrote there"):
        dist_folder.refuse_foreign(tmp_path, BOTH)
