"""Dataclasses to JSON and back."""

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqbench.core import codec
from seqbench.core.record import Cell, Kind
from seqbench.engine import jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    shape: tuple[int | None, ...]
    error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    path: Path
    inner: tuple[Inner, ...]
    kind: Kind = Kind.TRAIN
    by_name: dict[str, Inner | None] = field(default_factory=dict)


INNERS = st.builds(
    Inner,
    shape=st.lists(st.none() | st.integers(0, 2**40)).map(tuple),
    error=st.none() | st.floats(allow_nan=False),
)
OUTERS = st.builds(
    Outer,
    path=st.text(st.characters(codec="utf-8", exclude_characters="\0/")).map(Path),
    inner=st.lists(INNERS).map(tuple),
    kind=st.sampled_from(Kind),
    by_name=st.dictionaries(st.text(), st.none() | INNERS),
)


@given(OUTERS)
def test_what_is_written_is_read_again(value: Outer) -> None:
    text = codec.to_text(value)
    assert "\n" not in text
    assert codec.from_text(Outer, text) == value


def test_a_number_that_is_none_stays_one() -> None:
    found = codec.from_text(Inner, codec.to_text(Inner(shape=(), error=math.nan)))
    assert found.error is not None
    assert math.isnan(found.error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"path": 3, "inner": []}', r"path"),
        ('{"path": "a", "inner": [{"shape": ["x"]}]}', r"inner\[0\]\.shape\[0\]"),
        ('{"path": "a"}', "inner"),
        ("[", "Expecting value"),
    ],
)
def test_what_does_not_fit_names_the_field(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        codec.from_text(Outer, text)


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        codec.to_json({"a": object()})


def test_every_kind_of_job_says_what_its_results_are_and_has_no_loose_fields() -> None:
    """No `dict[str, Any]` crosses from the parent to a worker."""
    from typing import get_type_hints

    for kind in jobs.KINDS.values():
        hints = get_type_hints(kind)
        assert "Any" not in str({k: v for k, v in hints.items() if k != "results_as"}), kind
    assert len({kind.__name__ for kind in jobs.KINDS.values()}) == len(jobs.KINDS)


def test_an_order_gives_the_job_again() -> None:
    from seqbench.engine.jobs.locate_layer import ReadTensors

    job = ReadTensors(
        cells=(Cell(model="m", kind=Kind.VERIFY, target="onnx"),),
        needs=None,
        runtime="onnxruntime",
        artifact=Path("a/model.onnx"),
        reference=Path("reference.npz"),
        case="random",
        out=Path("out.npz"),
        given=False,
    )
    order, again = jobs.read(jobs.write(job, Path("run"), Path("run/log")))
    assert again == job
    assert (order.folder, order.log) == (Path("run"), Path("run/log"))
