import json
import os
from pathlib import Path
from typing import Any

import pytest

from seqbench import manifest
from seqbench.errors import InputError
from seqbench.session import Tensor
from seqbench.targets import TARGETS, Artifact, Exported

ONNX = Artifact(target=TARGETS["onnx"])
SAVED_MODEL = Artifact(target=TARGETS["saved_model"])
BOTH = (SAVED_MODEL, ONNX)


def add(folder: Path, artifact: Artifact, sha256: str = "1") -> dict[str, Any]:
    tensor = Tensor(name="x", shape=(None, 2), dtype="float32")
    exported = Exported(input=tensor, output=tensor, ops=())
    return manifest.add(folder, {"name": "m", "sha256": sha256}, artifact, "key", {}, exported)


def fill(path: Path) -> None:
    if "." in path.name:
        path.write_text("x")
    else:
        path.mkdir()
        (path / "x").write_text("x")


def test_what_an_export_has_written_may_be_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    manifest.refuse_foreign(folder, BOTH)  # there is nothing yet
    for artifact in BOTH:
        folder.mkdir(exist_ok=True)
        manifest.claim(folder, artifact)
        fill(folder / artifact.filename)  # a kill here leaves it without an entry
        manifest.refuse_foreign(folder, BOTH)
        add(folder, artifact)
        manifest.refuse_foreign(folder, BOTH)
    add(folder, ONNX, sha256="2")  # of another model: the other entry is dropped
    assert set(manifest.read(folder)["artifacts"]) == {"onnx"}
    manifest.refuse_foreign(folder, BOTH)


def test_a_manifest_of_before_names_what_was_written_by_its_entries(tmp_path: Path) -> None:
    for artifact in BOTH:
        fill(tmp_path / artifact.filename)
        add(tmp_path, artifact)
    found = json.loads((tmp_path / manifest.NAME).read_text())
    assert found.pop("written") == ["saved_model"]
    (tmp_path / manifest.NAME).write_text(json.dumps(found))
    manifest.refuse_foreign(tmp_path, BOTH)


@pytest.mark.parametrize("name", ["saved_model", "model.onnx", "manifest.json"])
@pytest.mark.parametrize("kind", ["plain", "link", "dangling", "fifo"])
@pytest.mark.parametrize("exported", [False, True])
def test_what_is_not_seqbenchs_is_refused(
    name: str, kind: str, exported: bool, tmp_path: Path
) -> None:
    folder, place = tmp_path / "m", tmp_path / "m" / name
    folder.mkdir()
    if exported:
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
        manifest.refuse_foreign(folder, BOTH)
    assert str(caught.value).startswith(f"{place} is not what seqbench wrote there")


def test_a_file_where_the_models_folder_would_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("mine")
    with pytest.raises(InputError, match=f"{tmp_path / 'm'} is not a folder: move it away"):
        manifest.refuse_foreign(tmp_path / "m", BOTH)


@pytest.mark.parametrize(
    "text",
    [
        *('{"name": "my page", "icons": []}', "[]", "{", '{"schema": 2, "artifacts": {}}'),
        *(
            '{"schema": 1}',
            '{"schema": 1, "artifacts": [1]}',
            '{"schema": 1, "artifacts": {"a": 1}}',
        ),
        '{"schema": 1, "artifacts": {"a": {}}}',
    ],
)
def test_a_users_own_manifest_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / manifest.NAME).write_text(text)
    assert manifest.read(tmp_path)["artifacts"] == {}
    with pytest.raises(InputError, match=r"manifest\.json is not what seqbench wrote there"):
        manifest.refuse_foreign(tmp_path, BOTH)


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
        manifest.refuse_foreign(tmp_path, BOTH)
