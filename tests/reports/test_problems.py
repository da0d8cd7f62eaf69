"""The command that repeats a cell that did not pass."""

import shlex
from dataclasses import replace
from typing import Any

import pytest

from seqbench.api import selection
from seqbench.cli.main import main
from seqbench.core.record import Cell, Kind, Record, Status
from seqbench.engine import plan
from seqbench.machine.devices import DEVICES
from seqbench.reports import Repeat, build
from seqbench.reports.problems import command
from seqbench.runtimes import BACKENDS, RUNTIMES
from seqbench.targets import VARIANTS
from tests.support import sample_report

MODEL = plan.Model(name="m", batch_sizes=(1, 32), training_batch=8, weight_bytes=8)
REPEAT = Repeat(backends={name: one.backend for name, one in RUNTIMES.items() if one.backend})


def given(text: str) -> dict[str, Any]:
    """Return what a command line gives its command."""
    program, name, *words = shlex.split(text)
    assert program == "seqbench"
    context = main.commands[name].make_context(name, words)
    assert (name == "verify") == ("artifact" in context.params)
    return context.params


@pytest.mark.parametrize("backends", [None, tuple(BACKENDS)])
def test_a_command_names_the_cell_that_it_repeats(backends: tuple[str, ...] | None) -> None:
    everything = selection(
        runtimes=tuple(RUNTIMES),
        devices=(*DEVICES, "4xcpu", "2xgpu", "tpu:v5e"),
        backends=backends,
        variants=tuple(VARIANTS),
        batch_sizes=(3, 7),
        threads=(1, 2),
    )
    names = ("kinds", "targets", "runtimes", "devices", "backends", "variants")
    numbers = ("batch_sizes", "threads")
    cells = plan.cells([MODEL], everything)
    assert {cell.kind for cell in cells} == set(Kind)
    for cell in cells:
        params = given(command([cell], REPEAT))
        chosen = {name: params[name] for name in (*names, *numbers) if params[name] is not None}
        again = plan.cells([MODEL], selection(**chosen))
        assert cell in again, cell.key
        assert {one.kind for one in again} == {cell.kind}
        assert {one.device for one in again} == {cell.device}


def test_a_timed_cell_is_timed_as_long_again_and_others_are_not_timed() -> None:
    repeat = replace(REPEAT, full=True, processes=3, allow_code=True)
    infer = Cell(model="m", kind=Kind.INFER, runtime="keras", batch_size=1)
    params = given(command([infer], repeat))
    assert (params["quick"], params["processes"], params["allow_code"]) == (False, 3, True)
    export = Cell(model="m", kind=Kind.EXPORT, target="onnx")
    assert command([export], repeat) == (
        "seqbench run m --only export --target onnx --device cpu --allow-code"
    )


def test_data_that_was_given_is_given_again() -> None:
    repeat = Repeat(data="/a b/m.npz", metrics=("accuracy", "mae"))
    cell = Cell(model="m", kind=Kind.EXPORT, target="onnx")
    params = given(command([cell], repeat))
    assert (params["data"], params["metrics"]) == ("/a b/m.npz", ("accuracy", "mae"))


def test_an_artifact_that_somebody_else_made_is_judged_again() -> None:
    cell = Cell(model="m", kind=Kind.VERIFY, target="tflite", runtime="litert", variant="int8")
    repeat = Repeat(
        specs={"m": "/my models/m.keras"}, artifacts={cell.key: "/a b/m.tflite"}, allow_code=True
    )
    assert command([cell], repeat) == (
        "seqbench verify '/a b/m.tflite' '/my models/m.keras' --runtime litert --variant int8 "
        "--allow-code"
    )
    params = given(command([cell], repeat))
    assert (str(params["artifact"]), params["variants"]) == ("/a b/m.tflite", ("int8",))


def test_a_command_is_quoted_and_names_only_what_the_cell_has() -> None:
    cell = Cell(model="my model; rm -rf ~", kind=Kind.TRAIN, runtime="keras")
    wanted = "seqbench run 'my model; rm -rf ~' --only train --backend tensorflow --device cpu"
    assert command([cell], REPEAT) == wanted


def test_a_models_file_stands_in_the_command_that_repeats_its_cell() -> None:
    broken = replace(sample_report.run(("three_class",))[0], status=Status.ERROR, reason="no")
    repeat = Repeat(specs={"three_class": "models/three_class.keras"})
    (failure,) = build([broken], "r", repeat=repeat).failures
    assert failure.commands[0].startswith("seqbench run models/three_class.keras ")
    (failure,) = build([Record(cell=broken.cell, status=Status.FAIL)], "r").failures
    assert failure.commands[0].startswith("seqbench run three_class ")
