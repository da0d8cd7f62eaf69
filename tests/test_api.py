"""The commands as functions: what they take."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

import seqbench
from seqbench import InputError


def model(name: str = "mine") -> Any:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name=name)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "check": seqbench.check,
    "export": seqbench.export,
    "run": seqbench.run,
    "show": seqbench.show,
}


def call(function: str, models: Any, folder: Path) -> Any:
    more = {"out": folder} if function in ("run", "export") else {}
    return FUNCTIONS[function](models, **more)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_text_or_a_path_is_one_model(function: str, tmp_path: Path) -> None:
    for models in ("nosuch", ["nosuch"]):
        with pytest.raises(InputError, match=r"^nosuch: no such scenario"):
            call(function, models, tmp_path / "out")
    missing = tmp_path / "missing.keras"
    for paths in (missing, [missing]):
        with pytest.raises(InputError, match=r"missing\.keras: no such file"):
            call(function, paths, tmp_path / "out")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_no_model_is_said(function: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model is given: expected one or more"):
        call(function, [], tmp_path / "out")
    expected = "a model is a scenario's name, a path or a Keras model.*; found NoneType"
    for models in (None, ["three_class", None]):
        with pytest.raises(InputError, match=expected):
            call(function, models, tmp_path / "out")


def test_two_models_of_one_name_are_told_from_each_other_by_their_maker(tmp_path: Path) -> None:
    message = r"two of the models given are called 'mine': .*keras\.Sequential\(\.\.\., name="
    with pytest.raises(InputError, match=message):
        seqbench.export([model(), model()], out=tmp_path)


@pytest.mark.slow
def test_a_run_of_an_object_keeps_it_so_that_its_cells_can_be_repeated(tmp_path: Path) -> None:
    out = tmp_path / "run"
    records = seqbench.run(model(), out=out, kinds=["export"], targets="onnx")
    assert [record.status for record in records] == [seqbench.Status.PASS]
    spec = json.loads((out / "run.json").read_text())["sources"]["mine"]
    assert [found["name"] for found in seqbench.show(spec)] == ["mine"]
    with pytest.raises(InputError, match=r"mine\.keras holds a model of an earlier run: choose"):
        seqbench.run(model(), out=out)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"^cannot write .*mine\.keras: Not a directory"):
        seqbench.run(model(), out=tmp_path / "file" / "run")


@pytest.mark.slow
def test_a_variant_that_the_artifacts_target_has_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(InputError) as raised:
        seqbench.verify(tmp_path, "three_class", variant="int8")
    assert str(raised.value) == (
        f"{tmp_path} is of target saved_model, which is had in fp32: not int8"
    )


def test_a_model_is_one_whatever_its_name() -> None:
    one = model("my model")
    (shown,) = seqbench.show(one)
    assert shown["name"] == "my_model"
    assert seqbench.check([one, one]) == {"my_model": []}
    one.name = "../up"  # which Keras lets be set, and loads no more
    with pytest.raises(InputError, match=r"_\._up\.keras: Keras cannot load it: .*`name`"):
        seqbench.check(one)
