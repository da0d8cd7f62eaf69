"""A model that cannot fit into memory is refused by its file, before any process is started."""

from pathlib import Path

import pytest

from seqbench import api
from seqbench.core.errors import InputError, PartialInputError
from seqbench.engine import memory
from seqbench.machine.memory import total_bytes
from seqbench.models.snapshot import Origin, pin
from seqbench.models.source import resolve

LARGE = 3 << 20
"""The bytes of a file of no model: nothing reads it."""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.keras"
    path.write_bytes(bytes(LARGE))
    return path


def origin(path: Path) -> Origin:
    return pin(resolve(str(path)), allow_code=False)


def test_a_file_that_does_not_fit_is_refused_with_both_sizes(large: Path, tmp_path: Path) -> None:
    said = r"file of 3\.00 MiB takes about 1\.05 GiB of memory, and there are 1\.00 GiB"
    with pytest.raises(InputError, match=said):
        api.export(str(large), out=tmp_path / "dist", memory_bytes=(1 << 30) + LARGE)
    assert not (tmp_path / "dist").exists()


@pytest.mark.slow
def test_the_other_models_are_exported(large: Path, small_cnn: object, tmp_path: Path) -> None:
    room = memory.needed_bytes(1 << 20)
    with pytest.raises(PartialInputError, match=r"large\.keras: work on a file of") as caught:
        api.export(
            [str(large), small_cnn], out=tmp_path / "dist", targets=["onnx"], memory_bytes=room
        )
    assert {record.status for record in caught.value.records} == {"pass"}


def test_fewer_models_are_worked_on_at_a_time_where_they_are_large(large: Path) -> None:
    each = memory.needed_bytes(LARGE)
    sources = [origin(large)] * 3
    assert memory.affordable_lanes(sources, 2 * each, 2) == 2
    assert memory.affordable_lanes(sources, 2 * each - 1, 2) == 1
    assert memory.affordable_lanes(sources, 1, 2) == 1
    assert memory.affordable_lanes(sources, 9 * each, 2) == 2


def test_what_is_no_saved_model_does_not_tell_its_size(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text("#" * LARGE)
    assert memory.leave_out_too_large([origin(path)], memory.FRAMEWORK_BYTES)[1] == []


def test_the_machine_has_memory_and_a_container_may_have_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seqbench.machine import memory as machine

    whole = total_bytes.__wrapped__()
    assert whole > 1 << 30
    for text, expected in (("max\n", None), ("1073741824\n", 1 << 30)):
        (tmp_path / "limit").write_text(text)
        monkeypatch.setattr(machine, "GROUP_LIMITS", (tmp_path / "limit", tmp_path / "none"))
        found = total_bytes.__wrapped__()
        assert found == expected or (expected is None and found >= whole)
