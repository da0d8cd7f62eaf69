"""A process loads and builds its model once for all its jobs."""

from pathlib import Path

import pytest

from seqbench.core.errors import InputError
from seqbench.engine.jobs import held_model
from seqbench.models.snapshot import Origin, pin
from seqbench.models.source import resolve

CODE = """
import pathlib
import keras

def build():
    with pathlib.Path(__file__).with_suffix(".built").open("a") as file:
        file.write("x")
    return keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(UNITS)])
"""


@pytest.fixture(autouse=True)
def _none_held() -> None:
    held_model.forget()


def source(folder: Path, name: str, width: int = 4, units: int = 2) -> Origin:
    path = folder / f"{name}.py"
    path.write_text(CODE.replace("WIDTH", str(width)).replace("UNITS", str(units)))
    return pin(resolve(str(path)), allow_code=False)


def test_it_is_built_once_until_another_is_asked_for_or_it_is_forgotten(tmp_path: Path) -> None:
    one, other = source(tmp_path, "one"), source(tmp_path, "other")
    counted = tmp_path / "one.built"
    first = held_model.build(one)
    assert held_model.build(one) is first
    assert counted.read_text() == "x"
    held_model.build(other)
    held_model.build(one)
    assert counted.read_text() == "xx"
    held_model.forget()
    held_model.build(one)
    assert counted.read_text() == "xxx"


def test_a_small_model_is_worth_holding(tmp_path: Path) -> None:
    assert not held_model.is_worth_holding()
    held_model.build(source(tmp_path, "small"))
    assert held_model.is_worth_holding()
    held_model.build(source(tmp_path, "large", width=4000, units=4000))
    assert not held_model.is_worth_holding()


def test_none_is_held_after_one_that_cannot_be_used(tmp_path: Path) -> None:
    held_model.build(source(tmp_path, "small"))
    with pytest.raises(InputError):
        held_model.build(source(tmp_path, "wrong", units=-1))
    assert not held_model.is_worth_holding()
