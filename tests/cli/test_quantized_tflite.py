"""A microcontroller's TFLite file, through the whole of `verify`."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqbench import Status, api
from tests.support.commands import seqbench
from tests.support.tflite import convert_to_whole_numbers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(small_cnn: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small_cnn.keras"
    small_cnn.save(path)
    return path


@pytest.fixture(scope="module")
def quantized(model: Path, small_cnn: Any) -> Path:
    rows = np.random.default_rng(0).random((100, 8, 8, 1), np.float32)
    path = model.with_name("phone.tflite")
    return convert_to_whole_numbers(small_cnn, path, ("uint8", "int8"), rows)


def test_without_a_variant_it_says_what_the_file_is_and_how_to_judge_it(
    model: Path, quantized: Path
) -> None:
    for more in ((), ("--allow-code",)):
        done = seqbench("verify", quantized, model, *more)
        assert done.exit_code == 2
        assert done.stderr.splitlines()[-1] == (
            f"seqbench: {quantized} is quantized (the input is uint8, the output is int8): it "
            "cannot answer as exactly as fp32, so it is judged as what it is: give --variant int8"
        )


def test_it_is_judged_on_the_numbers_that_its_own_stand_for(model: Path, quantized: Path) -> None:
    import tensorflow as tf

    (record,) = api.verify(quantized, model, variant="int8")
    assert (record.status, record.reason) == (Status.PASS, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(str(quantized))
    for side, (detail,) in (
        ("input", interpreter.get_input_details()),
        ("output", interpreter.get_output_details()),
    ):
        scale, zero_point = detail["quantization"]
        told = record.details["runtime"]["quantized"][side]
        assert told == {
            "dtype": np.dtype(detail["dtype"]).name,
            "scale": scale,
            "zero_point": zero_point,
        }
    assert any("quantized: the input is uint8 (scale" in note for note in record.notes)


def test_a_file_that_is_quantized_within_fails_as_a_plain_one_and_says_what_it_is(
    model: Path, small_cnn: Any, tmp_path: Path
) -> None:
    rows = np.random.default_rng(0).normal(0, 1, (100, 8, 8, 1)).astype(np.float32)
    within = convert_to_whole_numbers(small_cnn, tmp_path / "m.tflite", ("float32",) * 2, rows)
    (record,) = api.verify(within, model)
    assert record.status is Status.FAIL
    told = "the file holds int8 numbers in place of float32: if that is meant, judge it with --var"
    assert told in (record.reason or "")
