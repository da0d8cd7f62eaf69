"""What was asked for by name and did not happen is no success."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seqbench import api
from seqbench.cli import asked, output
from seqbench.cli.main import main
from seqbench.core.errors import InputError
from seqbench.core.record import Cell, Kind, Record, Status

EXPORT = Cell(model="m", kind=Kind.EXPORT, target="tfjs")
VERIFY = Cell(model="m", kind=Kind.VERIFY, target="tfjs", runtime="tfjs-wasm")
NARROW = replace(EXPORT, variant="int8-weights")
KERAS = Cell(model="m", kind=Kind.INFER, runtime="keras-torch", batch_size=1)
GPU = replace(KERAS, runtime="keras", device="gpu")


def records(there: tuple[Cell, ...], missing: Mapping[Cell, str]) -> list[Record]:
    return [
        *(Record(cell=cell, status=Status.PASS) for cell in there),
        *(
            Record(cell=cell, status=Status.UNAVAILABLE, reason=why)
            for cell, why in missing.items()
        ),
    ]


HERE = records((EXPORT,), {VERIFY: "no browser", GPU: "no GPU", KERAS: "no torch"})


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, None),
        ({"devices": ("cpu",), "targets": None}, None),
        ({"targets": ("tfjs",)}, "--target tfjs was asked for and did not happen: no browser"),
        ({"runtimes": ("tfjs-wasm",)}, "--runtime tfjs-wasm was asked for and did not happen: "),
        ({"devices": ("cpu", "gpu")}, "--device gpu was asked for and did not happen: no GPU"),
        ({"backends": ("torch",)}, "--backend torch was asked for and did not happen: no torch"),
        ({"require": ("gpu",)}, "--require gpu was asked for and did not happen: no GPU"),
        ({"variants": ("fp16",)}, "--variant fp16 was asked for and did not happen: nothing was"),
    ],
)  # fmt: skip
def test_a_name_is_held_to_the_cells_that_are_of_it(
    options: dict[str, tuple[str, ...] | None],
    line: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here = [*HERE, Record(cell=replace(KERAS, runtime="keras"), status=Status.PASS)]
    assert output.exit_status(here, asked.names(**options)) == (0 if line is None else 1)
    assert capsys.readouterr().err.startswith("" if line is None else f"seqbench: {line}")


def test_each_model_is_held_to_what_was_asked() -> None:
    named = asked.names(variants=("fp32", "int8-weights"))
    here = records((EXPORT, NARROW, replace(EXPORT, model="other")), {})
    assert list(asked.not_done(named, here)) == []
    here += records((), {replace(NARROW, model="other"): "it came without data"})
    unmade = replace(VERIFY, model="other", variant="int8-weights")
    here += records((), {unmade: "not exported: it came without data"})
    (line,) = asked.not_done(named, here)
    assert line == "--variant int8-weights was asked for and did not happen: it came without data"


def test_names_of_one_reason_share_a_line() -> None:
    named = asked.names(runtimes=("tfjs-wasm",), targets=("tfjs",), require=("tfjs",))
    (line,) = asked.not_done(named, HERE)
    assert line.startswith("--require tfjs, --runtime tfjs-wasm was asked for")


def test_where_nothing_could_run_there_is_no_success() -> None:
    assert list(asked.not_done({}, records((), {VERIFY: "no browser"}))) == [
        "nothing could run: no browser"
    ]
    assert output.exit_status(records((), {VERIFY: "no browser", GPU: "no GPU"}), {}) == 1


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR, Status.UNSUPPORTED])
def test_what_did_not_pass_is_no_success_either(status: Status) -> None:
    assert output.exit_status([*HERE, Record(cell=EXPORT, status=status)], {}) == 1


def test_a_name_without_a_cell_is_refused() -> None:
    def check(options: dict[str, Any]) -> None:
        cells = asked.cells_of_any_model(api.selection(**options))
        asked.refuse_unplanned(asked.names(**options), cells)

    check({"targets": ("tflite", "saved_model"), "variants": ("int8",), "devices": ("cpu",)})
    check({"backends": ("jax", "torch"), "devices": ("cpu", "4xcpu", "tpu:v5e")})
    refused: list[tuple[dict[str, Any], str]] = [
        ({"targets": ("saved_model",), "variants": ("int8",)}, "--variant int8"),
        ({"targets": ("onnx",), "runtimes": ("onnxruntime", "litert")}, "--runtime litert"),
        ({"kinds": ("infer",), "runtimes": ("litert",), "devices": ("cpu", "gpu")}, "--device gpu"),
    ]
    for options, words in refused:
        with pytest.raises(InputError, match=rf"^{words}: nothing is to be done there"):
            check(options)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("export three_class --target saved_model --variant int8", "--variant int8"),
        ("export three_class --require gpu", "--require gpu"),
        ("run three_class --target onnx --runtime litert,onnxruntime", "--runtime litert"),
    ],
)
def test_a_request_that_cannot_be_met_ends_before_any_work(
    command: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, command.split())
    assert done.exit_code == 2
    assert done.stderr.startswith(f"seqbench: {words}: nothing is to be done there")
    assert list(tmp_path.iterdir()) == []
